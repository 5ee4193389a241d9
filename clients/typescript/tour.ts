/** What a frontend does with the generated types: GUANXI_URL and GUANXI_KEY say with which system. */
import createClient from "openapi-fetch";
import type { components, paths } from "./build/generated/schema.js";

type Customer = components["schemas"]["CustomerRead"];
type Problem = components["schemas"]["Problem"];
const PROBLEMS = "https://guanxi.dev/problems/";

class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

const api = createClient<paths>({
  baseUrl: setting("GUANXI_URL"),
  headers: { Authorization: `Bearer ${setting("GUANXI_KEY")}` },
});

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

function given<T>(data: T | undefined, error: Problem | undefined): T {
  if (error !== undefined) throw new Refused(error);
  if (data === undefined) throw new Error("an answer without a body");
  return data;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function newCustomer(erpId: string): Promise<Customer> {
  const { data, error } = await api.POST("/v1/customers", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { name: "张伟", identities: [{ system: "erp", id: erpId }], region: "East" },
  });
  return given(data, error);
}

async function history(customer: Customer): Promise<string[]> {
  const now = new Date().toISOString();
  const call = await api.POST("/v1/interactions", {
    body: { customer: customer.id, channel: "phone", occurred_at: now, subject: "Where is it?" },
  });
  given(call.data, call.error);
  const made: string[] = [];
  for (const number of [0, 1, 2]) {
    const { data, error } = await api.POST("/v1/orders", {
      body: {
        customer: customer.id,
        source: { system: "erp", id: `${customer.id}-${number}` },
        placed_at: now,
        currency: "CNY",
        lines: [{ amount: "29.33" }],
      },
    });
    made.push(given(data, error).id);
  }
  return made;
}

async function orders(customer: Customer): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const query = { customer: customer.id, limit: 2, ...(cursor === null ? {} : { cursor }) };
    const page: { data?: components["schemas"]["OrderPage"]; error?: Problem } = await api.GET("/v1/orders", {
      params: { query },
    });
    const { items, next } = given(page.data, page.error);
    found.push(...items.map((order) => order.id));
    cursor = next;
  } while (cursor !== null);
  return found;
}

/** Rename a customer; whoever comes second takes the current version and tries again. */
async function renamed(customer: Customer, name: string): Promise<Customer> {
  let version = customer.version;
  for (;;) {
    const { data, error } = await api.PATCH("/v1/customers/{customer}", {
      params: { path: { customer: customer.id }, header: { "If-Match": `"${version}"` } },
      body: { name },
    });
    if (error?.code !== "precondition_failed") return given(data, error);
    if (error.current_version === undefined) throw new Error("412 names the current version");
    version = error.current_version;
  }
}

const customer = await newCustomer(crypto.randomUUID());
const made = await history(customer);
check((await orders(customer)).sort().join() === made.sort().join(), "the pages do not hold what was made");

const overview = await api.GET("/v1/customers/{customer}/overview", { params: { path: { customer: customer.id } } });
const { customer: shown, timeline } = given(overview.data, overview.error);
check(shown?.id === customer.id, "the overview is of somebody else");
check(timeline?.items.length === 4, "the timeline lacks something");
const sums = timeline?.items.map((item) => (item.kind === "order" ? item.data.total.amount : item.channel));
check(sums?.sort().join() === "29.33,29.33,29.33,phone", "the timeline tells of other orders");

const first = await renamed(customer, "张伟明");
check((await renamed(customer, "Zhang Wei")).version === first.version + 1, "412 was not handled");

const missing = await api.GET("/v1/customers/{customer}", { params: { path: { customer: crypto.randomUUID() } } });
check(missing.error?.type === `${PROBLEMS}not_found`, "nobody was found");
