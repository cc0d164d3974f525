"""The tables of the sandbox. Running this again changes nothing.

`account` says whose object or event it is: empty for the platform, else the id of a connected account.
"""

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    kind text NOT NULL,
    created bigint NOT NULL,
    data jsonb NOT NULL,
    private jsonb NOT NULL DEFAULT '{}',
    status text GENERATED ALWAYS AS (data->>'status') STORED,
    customer text GENERATED ALWAYS AS (data->>'customer') STORED,
    payment_intent text GENERATED ALWAYS AS (data->>'payment_intent') STORED,
    charge text GENERATED ALWAYS AS (data->>'charge') STORED,
    source text GENERATED ALWAYS AS (data->>'source') STORED,
    type text GENERATED ALWAYS AS (data->>'type') STORED,
    currency text GENERATED ALWAYS AS (data->>'currency') STORED
);
ALTER TABLE objects ADD COLUMN IF NOT EXISTS account text NOT NULL DEFAULT '';
ALTER TABLE objects
    ADD COLUMN IF NOT EXISTS destination text GENERATED ALWAYS AS (data->>'destination') STORED,
    ADD COLUMN IF NOT EXISTS transfer text GENERATED ALWAYS AS (data->>'transfer') STORED,
    ADD COLUMN IF NOT EXISTS transfer_group text GENERATED ALWAYS AS (data->>'transfer_group') STORED,
    ADD COLUMN IF NOT EXISTS source_transaction text GENERATED ALWAYS AS (data->>'source_transaction') STORED,
    ADD COLUMN IF NOT EXISTS net bigint GENERATED ALWAYS AS ((data->>'net')::bigint) STORED,
    ADD COLUMN IF NOT EXISTS available_on bigint GENERATED ALWAYS AS ((data->>'available_on')::bigint) STORED;
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq DESC);
CREATE INDEX IF NOT EXISTS objects_by_payment_intent ON objects (payment_intent) WHERE payment_intent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (charge) WHERE charge IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_source ON objects (source) WHERE source IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_account ON objects (account, kind, seq DESC);
CREATE INDEX IF NOT EXISTS objects_by_destination ON objects (destination) WHERE destination IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_transfer ON objects (transfer) WHERE transfer IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_source_transaction ON objects (source_transaction)
    WHERE source_transaction IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_money ON objects (account, currency, available_on) INCLUDE (net)
    WHERE kind = 'balance_transaction';
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects (customer) WHERE customer IS NOT NULL;

CREATE TABLE IF NOT EXISTS events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    type text NOT NULL,
    created bigint NOT NULL,
    object_id text NOT NULL,
    request_id text,
    data jsonb NOT NULL
);
ALTER TABLE events ADD COLUMN IF NOT EXISTS account text NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS events_by_object ON events (object_id);

CREATE TABLE IF NOT EXISTS deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text NOT NULL REFERENCES events (id),
    endpoint_id text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    first_at bigint NOT NULL,
    next_at bigint NOT NULL,
    sending boolean NOT NULL DEFAULT false
);
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS course jsonb;
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (next_at, id) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event_id);

CREATE TABLE IF NOT EXISTS attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id bigint NOT NULL REFERENCES deliveries (id),
    at bigint NOT NULL,
    status integer,
    milliseconds integer NOT NULL,
    answer text NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_by_delivery ON attempts (delivery_id);

CREATE TABLE IF NOT EXISTS idempotency (
    key text PRIMARY KEY,
    request text NOT NULL,
    request_id text NOT NULL,
    created bigint NOT NULL,
    status integer,
    body text
);

CREATE TABLE IF NOT EXISTS due (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL,
    object_id text NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS due_by_time ON due (at, seq);
CREATE INDEX IF NOT EXISTS due_by_object ON due (object_id);

CREATE TABLE IF NOT EXISTS faults (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    narrowed jsonb NOT NULL,
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    times integer CHECK (times > 0),
    until bigint,
    seed bigint NOT NULL,
    seconds integer NOT NULL,
    copies integer NOT NULL,
    code text NOT NULL,
    words text NOT NULL,
    made bigint NOT NULL,
    seen integer NOT NULL DEFAULT 0,
    struck integer NOT NULL DEFAULT 0,
    ended bigint
);
CREATE INDEX IF NOT EXISTS faults_on ON faults (kind) WHERE ended IS NULL;

CREATE TABLE IF NOT EXISTS strikes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fault_id bigint NOT NULL,
    kind text NOT NULL,
    at bigint NOT NULL,
    mark bigint NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    request_id text NOT NULL,
    key text NOT NULL,
    event_id text NOT NULL,
    event text NOT NULL,
    object_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS strikes_by_fault ON strikes (fault_id);

CREATE TABLE IF NOT EXISTS requests (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    at bigint NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    key text NOT NULL,
    status integer NOT NULL,
    objects text[] NOT NULL
);
CREATE INDEX IF NOT EXISTS requests_by_key ON requests (key) WHERE key <> '';
CREATE INDEX IF NOT EXISTS requests_by_time ON requests (at);
"""
