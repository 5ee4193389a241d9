// Renders /openapi.json and tries its operations. No dependencies; text only ever becomes text nodes.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const byId = (id) => document.getElementById(id);
let api;

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function resolve(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? { name, ...api.components.schemas[name] } : (schema ?? {});
}

function typeOf(schema) {
  if (schema?.$ref) return schema.$ref.split("/").pop();
  const one = schema ?? {};
  const choice = one.anyOf ?? one.oneOf;
  if (choice) return choice.map(typeOf).join(" | ");
  if (one.enum) return one.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (one.const !== undefined) return JSON.stringify(one.const);
  if (one.type === "array") return `${typeOf(one.items)}[]`;
  return [one.type ?? "any", one.format && `(${one.format})`].filter(Boolean).join(" ");
}

function sample(schema, depth = 0) {
  const one = resolve(schema);
  if (one.examples?.length) return one.examples[0];
  if (one.default !== undefined) return one.default;
  if (one.const !== undefined) return one.const;
  if (one.enum) return one.enum[0];
  const choice = one.anyOf ?? one.oneOf;
  if (choice) return sample(choice[0], depth);
  if (one.type === "object" || one.properties) {
    if (depth > 4) return {};
    const wanted = Object.entries(one.properties ?? {}).filter(([name]) => one.required?.includes(name) || depth < 1);
    return Object.fromEntries(wanted.map(([name, inner]) => [name, sample(inner, depth + 1)]));
  }
  if (one.type === "array") return depth > 4 ? [] : [sample(one.items, depth + 1)];
  if (one.type === "integer" || one.type === "number") return one.minimum ?? 0;
  if (one.type === "boolean") return false;
  if (one.type === "null") return null;
  return one.format === "date-time" ? "2026-03-01T09:30:00Z" : "";
}

function fields(schema, seen = new Set()) {
  const one = resolve(schema);
  if (one.type === "array") return fields(one.items, seen);
  if (!one.properties || seen.has(one.name)) return null;
  const inside = new Set([...seen, one.name]);
  const rows = Object.entries(one.properties).map(([name, inner]) => {
    const nested = [inner, inner.items, ...(inner.anyOf ?? [])].find((each) => resolve(each).properties);
    return make("tr", {},
      make("td", {}, make("code", {}, name), one.required?.includes(name) ? " *" : ""),
      make("td", {}, typeOf(inner)),
      make("td", {}, inner.description ?? "", nested ? fold(typeOf(nested), () => fields(nested, inside)) : null));
  });
  return make("table", {}, ...rows);
}

function fold(title, fill) {
  const box = make("details", {}, make("summary", {}, title));
  box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) box.append(fill() ?? "—"); });
  return box;
}

function parameters(operation) {
  return (operation.parameters ?? []).map((given) => {
    const input = make("input", { "data-in": given.in, "data-name": given.name, placeholder: typeOf(given.schema) });
    return make("tr", {},
      make("td", {}, make("code", {}, given.name), given.required ? " *" : ""),
      make("td", {}, input), make("td", {}, given.description ?? given.schema?.description ?? ""));
  });
}

async function attempt(method, path, form, output) {
  const query = new URLSearchParams();
  const headers = { Authorization: `Bearer ${byId("key").value}` };
  let target = path;
  for (const input of form.querySelectorAll("input[data-in]")) {
    if (input.value === "") continue;
    const { in: place, name } = input.dataset;
    if (place === "path") target = target.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (place === "query") query.append(name, input.value);
    else headers[name] = input.value;
  }
  const area = form.querySelector("textarea");
  if (area) headers["Content-Type"] = "application/json";
  try {
    const url = query.size ? `${target}?${query}` : target;
    const answer = await fetch(url, { method: method.toUpperCase(), headers, body: area ? area.value : undefined });
    const text = await answer.text();
    const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    output.textContent = `${answer.status} ${answer.statusText}\n${head}\n\n${pretty(text)}`;
  } catch (problem) {
    output.textContent = String(problem);
  }
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

function open(method, path, operation) {
  const content = Object.values(operation.requestBody?.content ?? {})[0];
  const given = parameters(operation);
  if (["patch", "put", "delete"].includes(method) && !operation.parameters?.some((each) => each.name.toLowerCase() === "if-match")) {
    given.push(make("tr", {}, make("td", {}, make("code", {}, "If-Match")),
      make("td", {}, make("input", { "data-in": "header", "data-name": "If-Match", placeholder: '"version"' })), make("td", {})));
  }
  const area = content ? make("textarea", { spellcheck: "false", "aria-label": "Body" }) : null;
  if (area) area.value = JSON.stringify(sample(content.schema), null, 2);
  const output = make("pre", { hidden: "" });
  const form = make("div", { class: "open" });
  const run = () => { output.hidden = false; output.textContent = "…"; attempt(method, path, form, output); };
  const answers = Object.entries(operation.responses).map(([status, given]) => {
    const answer = given.$ref ? api.components.responses[given.$ref.split("/").pop()] : given;
    const schema = Object.values(answer.content ?? {})[0]?.schema;
    return make("tr", {}, make("td", {}, make("code", {}, status)), make("td", {}, answer.description ?? ""),
      make("td", {}, schema ? fold(typeOf(schema), () => fields(schema)) : ""));
  });
  form.append(...[
    make("p", {}, operation.description ?? ""),
    given.length ? make("table", {}, ...given) : null, area,
    content ? fold(`Fields of ${typeOf(content.schema)}`, () => fields(content.schema)) : null,
    make("p", {}, make("button", { type: "button", onclick: run }, "Send")), output,
    make("h3", {}, "Answers"), make("table", {}, ...answers),
  ].filter(Boolean));
  return form;
}

function operationOf(method, path, operation) {
  const summary = make("summary", {}, make("b", {}, method.toUpperCase()), make("code", {}, path),
    make("span", {}, operation.summary ?? ""));
  const box = make("details", { "data-text": `${method} ${path} ${operation.operationId} ${operation.summary}`.toLowerCase() }, summary);
  box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) box.append(open(method, path, operation)); });
  return box;
}

function render() {
  const groups = new Map(api.tags.map((tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((each) => item[each])) {
      groups.get(item[method].tags[0]).push(operationOf(method, path, item[method]));
    }
  }
  const missing = api["x-missing"] ? make("p", { class: "notice" }, `Not described yet: ${api["x-missing"].join(", ")}.`) : null;
  byId("index").replaceChildren(...[...groups.keys()].map((tag) => make("a", { href: `#${tag}` }, tag)));
  byId("operations").replaceChildren(make("p", {}, api.info.description), missing ?? "",
    ...[...groups].map(([tag, boxes]) => make("section", {}, make("h2", { id: tag }, tag), ...boxes)));
}

byId("filter").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const box of document.querySelectorAll("details[data-text]")) {
    box.hidden = !words.every((word) => box.dataset.text.includes(word));
  }
});
byId("key").value = sessionStorage.getItem("key") ?? "";
byId("key").addEventListener("change", (event) => sessionStorage.setItem("key", event.target.value));
fetch("/openapi.json").then((answer) => answer.json()).then((found) => { api = found; render(); })
  .catch((problem) => { byId("operations").textContent = `The document cannot be read: ${problem}`; });
