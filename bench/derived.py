"""What follows from the rows that are copied in, in SQL: as services and followers would have written it."""

from sqlalchemy import Integer, Uuid, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from bench.dataset import STRANGER
from bench.lines import (
    CALL,
    CATEGORIES,
    CUSTOMER,
    ORGANIZATIONS,
    PRODUCT,
    PRODUCTS,
    RELATION,
    SYSTEM,
)
from services.interaction.balance.schemas import NEVER
from services.scoring.cube.adding import added_up
from services.scoring.cube.lines import COLUMNS, sold
from services.scoring.cube.models import SoldLine
from services.scoring.cube.recounting import into_cells
from services.scoring.facts.models import Fact
from services.scoring.identities.models import COMPUTED
from services.scoring.states.models import State
from services.scoring.states.queries import CURRENCY, recount
from shared.statements import Statement

TARGET_DAYS = 30  # how often all customers are to be talked to
PEOPLE = 4  # who work for each organization: the customers after it
_TRANSACTION = "01900000-0000-7000-8000-000000000000"
_STRANGERS = f"'{CUSTOMER}{STRANGER:012x}'::uuid"
_NUMBER = "('x' || right({id}::text, 12))::bit(48)::bigint"
_PHONE = f"'+8613' || lpad({_NUMBER}::text, 9, '0')"
_HISTORY = f"insert into {{schema}}.history select id, 1, created_at, 'bench', 'bench', '{_TRANSACTION}', "
_FACTS = (
    """
insert into interaction.source_keys
    select source_system, source_id, '{kind}', id, customer_id from interaction.{table} where id >= $1""",
    _HISTORY.format(schema="interaction") + "'{{}}' from interaction.{table} where id >= $1",
)


def _facts(kind: str, table: str) -> tuple[str, ...]:
    return tuple(each.format(kind=kind, table=table) for each in _FACTS)


CUSTOMERS = (
    f"""
insert into customer.identities
    select '{SYSTEM}', '', identities -> 0 ->> 'id', id from customer.customers where id >= $1""",
    """
insert into interaction.identities
    (original_id, current_id, owner, department, customer_class, customer_version, generation)
    select id, id, owner, department, customer_class, version, 1 from customer.customers where id >= $1""",
    """
insert into interaction.external_identities
    select system, external_id, customer_id from customer.identities where customer_id >= $1""",
    """
insert into scoring.identities
    (original_id, current_id, owner, department, region, customer_class, generation, version)
    select id, id, owner, department, region, customer_class, 1, version
    from customer.customers where id >= $1""",
    """
insert into scoring.external_names
    select system, kind, external_id, customer_id from customer.identities where customer_id >= $1""",
    _HISTORY.format(schema="customer")
    + """jsonb_build_object(
        'name', jsonb_build_object('from', null, 'to', name),
        'contact_points', jsonb_build_object('from', '[]'::jsonb, 'to', contact_points),
        'identities', jsonb_build_object('from', '[]'::jsonb, 'to', identities),
        'owner', jsonb_build_object('from', null, 'to', owner),
        'department', jsonb_build_object('from', null, 'to', department))
    from customer.customers where id >= $1""",
    f"""
insert into customer.relations (id, type, from_customer_id, to_customer_id, version, created_at, updated_at)
    select overlay(person.id::text placing '{RELATION[:8]}' from 1 for 8)::uuid, 'employment', person.id,
        ('{CUSTOMER}' || lpad(to_hex(of.number - of.place), 12, '0'))::uuid, 1, created_at, created_at
    from customer.customers person,
        lateral (select {_NUMBER.format(id="person.id")} as number,
            {_NUMBER.format(id="person.id")} % {ORGANIZATIONS} as place) of
    where person.id >= $1 and of.place between 1 and {PEOPLE}""",
    """
insert into interaction.employments (id, person_id, organization_id, version, generation)
    select id, from_customer_id, to_customer_id, version, 1 from customer.relations
    where from_customer_id >= $1""",
)
# A sixteenth of the contacts by phone the telephone system tells of too: for two minutes, answered after 8 s.
INTERACTIONS = (
    *_facts("interaction", "interactions"),
    f"""
insert into interaction.calls (customer_id, id, occurred_at, direction, state, from_number, to_number, number,
        matched_by, agent, queue, legs, answered_at, ended_at, waited_seconds, talked_seconds, held_seconds,
        transfers, outcome, version, source_system, source_id, attributes, recorded_by, created_at,
        updated_at)
    select customer_id, overlay(id::text placing '{CALL[:8]}' from 1 for 8)::uuid, occurred_at, 'inbound',
        'ended', phone, '95555', phone, 'number', agent, 'sales',
        jsonb_build_array(jsonb_build_object('queue', 'sales', 'agent', agent, 'since', occurred_at,
            'answered_at', answered, 'until', ended, 'waited_seconds', 8.0, 'talked_seconds', 120.0,
            'held_seconds', 0.0, 'outcome', 'answered')),
        answered, ended, 8, 120, 0, 0, 'answered', 1, source_system, source_id, '{{}}', 'bench', ended, ended
    from interaction.interactions, lateral (
        select {_PHONE.format(id="customer_id")} as phone, 'u-' || get_byte(uuid_send(id), 14) % 50 as agent,
            occurred_at + interval '8 s' as answered, occurred_at + interval '128 s' as ended) as of
    where id >= $1 and channel = 'phone' and get_byte(uuid_send(id), 15) % 16 = 0
        and customer_id < {_STRANGERS}""",
    f"""
insert into interaction.identities (original_id, current_id, provisional)
    select distinct customer_id, customer_id, true from interaction.interactions
    where id >= $1 and customer_id >= {_STRANGERS}""",
    f"""
insert into interaction.strangers (id, newest_id, state, sharers)
    select distinct on (customer_id) customer_id, id, 'open', '{{}}' from interaction.interactions
    where id >= $1 and customer_id >= {_STRANGERS} order by customer_id, id desc""",
    f"""
insert into interaction.external_identities
    select distinct 'phone', '+8616' || lpad(({_NUMBER.format(id="customer_id")} - {STRANGER})::text, 9, '0'),
        customer_id
    from interaction.interactions where id >= $1 and customer_id >= {_STRANGERS}""",
)
CALLS = (
    *_facts("call", "calls"),
    """
insert into interaction.call_events (call_id, key, id, type, occurred_at, said, recorded_by, received_at)
    select id, 'id:' || n, overlay(id::text placing '0' || 5 + n from 4 for 2)::uuid, type, at, said,
        'bench', at
    from interaction.calls, lateral (values
        (1, 'ringing', occurred_at, jsonb_build_object('direction', 'inbound', 'from', from_number,
            'to', to_number, 'queue', queue, 'agent', agent)),
        (2, 'answered', answered_at, jsonb_build_object('agent', agent)),
        (3, 'ended', ended_at, '{}')) as event (n, type, at, said)
    where id >= $1""",
)
ORDERS = (
    *_facts("order", "orders"),
    """
insert into scoring.facts
    (customer_id, kind, subject, generation, version, day, amount, cost, costed, currency, status, counts,
        region, salesperson, department, lines)
    select customer_id, 'order', id, 1, version, (occurred_at at time zone 'UTC')::date, total,
        (lines -> 0 ->> 'cost')::numeric + (lines -> 1 ->> 'cost')::numeric, total, currency, status, true,
        region, salesperson, department, jsonb_build_array(lines -> 0, lines -> 1)
    from interaction.orders where id >= $1""",
    f"""
insert into interaction.products
    (id, name, category, active, version, source_system, source_id, attributes, created_at, updated_at)
    select ('{PRODUCT}' || lpad(to_hex(n), 12, '0'))::uuid, 'product ' || n, 'category ' || n % {CATEGORIES},
        true, 1, '{SYSTEM}', 'P-' || n, '{{}}', now(), now()
    from generate_series(0, {PRODUCTS - 1}) n where $1::uuid is not null on conflict do nothing""",
    """
insert into scoring.products (id, generation, version, name, category)
    select id, 1, version, name, category from interaction.products where $1::uuid is not null
    on conflict do nothing""",
)
_counted = recount(Fact.customer_id, Fact.customer_id >= bindparam("first", type_=Uuid))
STATES = Statement(
    insert(State).from_select(
        [*(str(column.key) for column in _counted.selected_columns), "currency"],
        _counted.add_columns(CURRENCY),
    )
)
_lines = select(SoldLine.__table__, literal_column("1", Integer).label("sign"))
_slice = _lines.where(SoldLine.customer_id >= bindparam("first", type_=Uuid)).subquery("slice")
CUBE = (
    Statement(
        insert(SoldLine).from_select(COLUMNS, sold(Fact.customer_id >= bindparam("first", type_=Uuid))),
        unguarded=COMPUTED,
    ),
    Statement(into_cells(added_up(_slice)), unguarded=COMPUTED),
)
# Who is to be talked to when, from identities and contacts of the slice.
RHYTHMS = f"""
insert into interaction.rhythms
    (customer_id, owner, department, customer_class, last_at, days, due_at)
    select original_id, owner, department, customer_class, last_at, {TARGET_DAYS},
        coalesce(last_at + interval '{TARGET_DAYS} days', '{NEVER.isoformat()}')
    from interaction.identities left join (
        select contacts.customer_id, max(occurred_at) as last_at from (
            select customer_id, occurred_at from interaction.interactions
                where id >= $2 and direction in ('inbound', 'outbound')
            union all select customer_id, occurred_at from interaction.calls where id >= $3) as contacts
        group by contacts.customer_id) as lately on lately.customer_id = original_id
    where original_id >= $1 and not provisional"""
# Headers of a thousand entries, as batches leave them, stamped as the sequencer would.
TOLD = f"""
insert into {{schema}}.feed (n, type, fields, transaction, at, subjects, versions, through)
    select count(*), '{{type}}', '{{{{}}}}', '{_TRANSACTION}', max(created_at), array_agg(id order by id),
        array_agg(version order by id), $2::bigint + sum(count(*)) over (order by part)
    from (select id, version, created_at, (row_number() over (order by id) - 1) / 1000 as part
          from {{schema}}.{{table}} where id >= $1) as rows
    group by part order by part"""
