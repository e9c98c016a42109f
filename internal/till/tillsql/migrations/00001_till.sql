-- +goose Up
-- All times are microseconds UTC, 0 = never; a day is the text 2026-11-22; money is yen.

-- What was asked for and what it made: the same press again changes nothing.
CREATE TABLE till_command (
    key        TEXT   NOT NULL PRIMARY KEY,
    hash       TEXT   NOT NULL,
    by_account TEXT   NOT NULL,
    what       TEXT   NOT NULL,
    result     TEXT   NOT NULL,
    at         BIGINT NOT NULL
);

-- made and node name an event when it is written; seq is given when it is read for the first time, so that no
-- transaction that commits late is passed over.
CREATE TABLE till_outbox (
    made       BIGINT NOT NULL,
    node       TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    what       TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    by_account TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    session    TEXT   NOT NULL,
    sale       TEXT   NOT NULL,
    detail     TEXT   NOT NULL, -- JSON
    PRIMARY KEY (made, node)
);
CREATE UNIQUE INDEX till_outbox_seq ON till_outbox (seq) WHERE seq <> 0;
CREATE TABLE till_outbox_last (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    seq BIGINT NOT NULL -- the last number given
);
INSERT INTO till_outbox_last (one, seq) VALUES (1, 0);

CREATE TABLE till_item (
    id            TEXT    NOT NULL PRIMARY KEY,
    code          TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    tab           TEXT    NOT NULL,
    unit          TEXT    NOT NULL,
    price         BIGINT  NOT NULL CHECK (price >= 0),
    free          BOOLEAN NOT NULL,
    most          BIGINT  NOT NULL,
    category      TEXT    NOT NULL,
    category_name TEXT    NOT NULL,
    tax           TEXT    NOT NULL CHECK (tax IN ('exempt', 'taxable', 'taxable_8')),
    slip          TEXT    NOT NULL CHECK (slip IN ('statement', 'receipt')),
    place         BIGINT  NOT NULL,
    first_day     TEXT    NOT NULL,
    last_day      TEXT    NOT NULL, -- '' = no end
    sold          BOOLEAN NOT NULL  -- its price is history
);
CREATE INDEX till_item_code ON till_item (code);

CREATE TABLE till_reduction (
    id        TEXT   NOT NULL PRIMARY KEY,
    name      TEXT   NOT NULL,
    percent   BIGINT NOT NULL CHECK (percent BETWEEN 1 AND 100),
    first_day TEXT   NOT NULL,
    last_day  TEXT   NOT NULL
);

CREATE TABLE till_designation (
    id         TEXT NOT NULL PRIMARY KEY,
    wallet     TEXT NOT NULL,
    trustee    TEXT NOT NULL,
    notice     TEXT NOT NULL,
    noticed_on TEXT NOT NULL,
    categories TEXT NOT NULL, -- JSON
    first_day  TEXT NOT NULL,
    last_day   TEXT NOT NULL
);

CREATE TABLE till_counter (
    id      TEXT    NOT NULL PRIMARY KEY,
    number  BIGINT  NOT NULL CHECK (number > 0),
    name    TEXT    NOT NULL,
    office  TEXT    NOT NULL,
    printer TEXT    NOT NULL,
    retired BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX till_counter_number ON till_counter (number) WHERE NOT retired;

CREATE TABLE till_sticker (
    id            TEXT    NOT NULL PRIMARY KEY,
    counter       TEXT    NOT NULL REFERENCES till_counter (id),
    wallet        TEXT    NOT NULL,
    provider      TEXT    NOT NULL,
    label         TEXT    NOT NULL,
    payload       TEXT    NOT NULL,
    shop          TEXT    NOT NULL,
    registered_at BIGINT  NOT NULL,
    by_account    TEXT    NOT NULL,
    retired       BOOLEAN NOT NULL
);
CREATE INDEX till_sticker_counter ON till_sticker (counter);

CREATE TABLE till_display (
    id         TEXT    NOT NULL PRIMARY KEY,
    counter    TEXT    NOT NULL REFERENCES till_counter (id),
    secret     TEXT    NOT NULL UNIQUE, -- SHA-256 of what its browser holds
    paired_at  BIGINT  NOT NULL,
    by_account TEXT    NOT NULL,
    retired    BOOLEAN NOT NULL
);

CREATE TABLE till_session (
    id         TEXT    NOT NULL PRIMARY KEY,
    counter    TEXT    NOT NULL REFERENCES till_counter (id),
    day        TEXT    NOT NULL,
    number     BIGINT  NOT NULL CHECK (number > 0),
    training   BOOLEAN NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('open', 'closed')),
    opened_by  TEXT    NOT NULL,
    opened_at  BIGINT  NOT NULL,
    change     BIGINT  NOT NULL, -- つり銭 in the drawer at the opening
    checked    TEXT    NOT NULL, -- JSON
    signed_by  TEXT    NOT NULL, -- '' = nobody, or something changed since
    counted    BIGINT  NOT NULL,
    owner      TEXT    NOT NULL,
    owner_name TEXT    NOT NULL,
    closed_by  TEXT    NOT NULL,
    closed_at  BIGINT  NOT NULL,
    handed     TEXT    NOT NULL, -- JSON
    totals     TEXT    NOT NULL, -- JSON, as they were signed
    version    BIGINT  NOT NULL CHECK (version > 0),
    UNIQUE (counter, day, number),
    CHECK ((state = 'closed') = (closed_at <> 0)),
    CHECK (state = 'open' OR signed_by <> '' AND closed_by <> '' AND (closed_by <> signed_by OR training))
);
CREATE UNIQUE INDEX till_session_open ON till_session (counter) WHERE state = 'open';
CREATE INDEX till_session_day ON till_session (day);

CREATE TABLE till_sale (
    id       TEXT    NOT NULL PRIMARY KEY,
    session  TEXT    NOT NULL REFERENCES till_session (id),
    counter  TEXT    NOT NULL,
    day      TEXT    NOT NULL,
    number   BIGINT  NOT NULL CHECK (number > 0),
    lines    TEXT    NOT NULL, -- JSON, as they were sold
    total    BIGINT  NOT NULL CHECK (total >= 0),
    training BOOLEAN NOT NULL,
    state    TEXT    NOT NULL CHECK (state IN ('open', 'paid', 'drop', 'voided')),
    clerk    TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    fixed_at BIGINT  NOT NULL,
    ended_at BIGINT  NOT NULL,
    UNIQUE (day, counter, training, number), -- practice has numbers of its own: the books have no gaps
    CHECK ((state = 'open') = (ended_at = 0))
);
CREATE INDEX till_sale_session ON till_sale (session);

CREATE TABLE till_attempt (
    id           TEXT    NOT NULL PRIMARY KEY,
    sale         TEXT    NOT NULL REFERENCES till_sale (id),
    session      TEXT    NOT NULL,
    number       BIGINT  NOT NULL CHECK (number > 0),
    provider     TEXT    NOT NULL,
    way          TEXT    NOT NULL CHECK (way IN ('scan', 'show', 'sticker', 'cash')),
    wallet       TEXT    NOT NULL,
    amount       BIGINT  NOT NULL CHECK (amount > 0),
    training     BOOLEAN NOT NULL,
    clerk        TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('created', 'sent', 'paid', 'customer_shown', 'not_paid', 'unknown',
                                                   'cancel_requested', 'reversed', 'unresolved')),
    reason       TEXT    NOT NULL,
    ref          TEXT    NOT NULL,
    thread       TEXT    NOT NULL,
    show_code    TEXT    NOT NULL,
    expires_at   BIGINT  NOT NULL,
    code_hash    TEXT    NOT NULL,
    code_tail    TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    sent_at      BIGINT  NOT NULL,
    uncertain_at BIGINT  NOT NULL,
    decided_at   BIGINT  NOT NULL,
    paid_at      BIGINT  NOT NULL,
    next_at      BIGINT  NOT NULL,
    tries        BIGINT  NOT NULL,
    proof_at     BIGINT  NOT NULL,
    proof_tail   TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    note         TEXT    NOT NULL,
    version      BIGINT  NOT NULL CHECK (version > 0),
    holder       TEXT    NOT NULL, -- the server whose driver works on it, until held_until
    held_until   BIGINT  NOT NULL,
    UNIQUE (sale, number),
    CHECK (next_at = 0 OR state NOT IN ('paid', 'customer_shown', 'not_paid', 'reversed'))
);
-- Nothing else is charged for a sale while the end of an attempt is open.
CREATE UNIQUE INDEX till_attempt_live ON till_attempt (sale)
    WHERE state IN ('created', 'sent', 'unknown', 'cancel_requested', 'unresolved');
CREATE INDEX till_attempt_next ON till_attempt (next_at) WHERE next_at <> 0;
CREATE INDEX till_attempt_list ON till_attempt (created_at) WHERE state IN ('unknown', 'cancel_requested', 'unresolved');
CREATE INDEX till_attempt_code ON till_attempt (code_hash) WHERE code_hash <> '';
CREATE INDEX till_attempt_ref ON till_attempt (ref, provider) WHERE ref <> '';

CREATE TABLE till_payment (
    id          TEXT    NOT NULL PRIMARY KEY,
    sale        TEXT    NOT NULL UNIQUE REFERENCES till_sale (id), -- a sale is paid once; one whose payment was retracted is over
    attempt     TEXT    NOT NULL UNIQUE REFERENCES till_attempt (id),
    session     TEXT    NOT NULL,
    provider    TEXT    NOT NULL,
    wallet      TEXT    NOT NULL,
    way         TEXT    NOT NULL,
    amount      BIGINT  NOT NULL CHECK (amount > 0),
    ref         TEXT    NOT NULL,
    paid_at     BIGINT  NOT NULL,
    paid_on     TEXT    NOT NULL,
    fiscal_year BIGINT  NOT NULL,
    booked_on   TEXT    NOT NULL,
    confirmed   BOOLEAN NOT NULL,
    training    BOOLEAN NOT NULL,
    refunds     BIGINT  NOT NULL, -- how many were asked for
    claimed     BIGINT  NOT NULL, -- by refunds that are under way or done
    refunded    BIGINT  NOT NULL,
    CHECK (0 <= refunded AND refunded <= claimed AND claimed <= amount)
);
CREATE INDEX till_payment_paid ON till_payment (paid_on, paid_at, id) WHERE NOT training;

CREATE TABLE till_refund (
    id           TEXT    NOT NULL PRIMARY KEY,
    payment      TEXT    NOT NULL REFERENCES till_payment (id),
    sale         TEXT    NOT NULL,
    session      TEXT    NOT NULL,
    number       BIGINT  NOT NULL CHECK (number > 0),
    void         BOOLEAN NOT NULL,
    amount       BIGINT  NOT NULL CHECK (amount > 0),
    reason       TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('requested', 'rejected', 'approved', 'unknown', 'done', 'failed')),
    requested_by TEXT    NOT NULL,
    requested_at BIGINT  NOT NULL,
    decided_by   TEXT    NOT NULL,
    decided_at   BIGINT  NOT NULL,
    ref          TEXT    NOT NULL,
    detail       TEXT    NOT NULL,
    done_at      BIGINT  NOT NULL,
    booked_on    TEXT    NOT NULL,
    next_at      BIGINT  NOT NULL,
    tries        BIGINT  NOT NULL,
    version      BIGINT  NOT NULL CHECK (version > 0),
    holder       TEXT    NOT NULL,
    held_until   BIGINT  NOT NULL,
    UNIQUE (payment, number),
    CHECK (next_at = 0 OR state IN ('approved', 'unknown')),
    CHECK (state IN ('requested', 'rejected') OR decided_by <> '' AND decided_by <> requested_by)
);
CREATE INDEX till_refund_next ON till_refund (next_at) WHERE next_at <> 0;
CREATE INDEX till_refund_requested ON till_refund (requested_at);

-- The books. No row of these two is ever changed or taken away.
CREATE TABLE till_entry (
    id      TEXT   NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    on_day  TEXT   NOT NULL,
    what    TEXT   NOT NULL CHECK (what IN ('sale', 'void', 'refund', 'confirm', 'retract', 'settle')),
    subject TEXT   NOT NULL,
    UNIQUE (subject, what)
);
CREATE INDEX till_entry_day ON till_entry (on_day, id);

CREATE TABLE till_posting (
    entry   TEXT   NOT NULL REFERENCES till_entry (id),
    account TEXT   NOT NULL,
    amount  BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (entry, account)
);

-- What the postings add up to, by source: the session, so that counters do not wait for each other.
CREATE TABLE till_balance (
    on_day  TEXT   NOT NULL,
    account TEXT   NOT NULL,
    source  TEXT   NOT NULL,
    amount  BIGINT NOT NULL,
    PRIMARY KEY (on_day, account, source)
);

CREATE TABLE till_settlement (
    id         TEXT   NOT NULL PRIMARY KEY,
    provider   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    sum        TEXT   NOT NULL,
    first_day  TEXT   NOT NULL,
    last_day   TEXT   NOT NULL,
    by_account TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    UNIQUE (provider, sum)
);

CREATE TABLE till_row (
    settlement TEXT    NOT NULL REFERENCES till_settlement (id),
    line       BIGINT  NOT NULL,
    provider   TEXT    NOT NULL,
    ours       TEXT    NOT NULL,
    ref        TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('paid', 'refunded', 'failed')),
    amount     BIGINT  NOT NULL CHECK (amount >= 0),
    fee        BIGINT  NOT NULL,
    has_fee    BOOLEAN NOT NULL,
    at         BIGINT  NOT NULL,
    wallet     TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    PRIMARY KEY (settlement, line)
);
CREATE INDEX till_row_at ON till_row (provider, at, settlement, line);

CREATE TABLE till_deposit (
    id         TEXT   NOT NULL PRIMARY KEY,
    provider   TEXT   NOT NULL,
    first_day  TEXT   NOT NULL,
    last_day   TEXT   NOT NULL,
    on_day     TEXT   NOT NULL,
    net        BIGINT NOT NULL CHECK (net >= 0),
    fee        BIGINT NOT NULL CHECK (fee >= 0),
    note       TEXT   NOT NULL,
    by_account TEXT   NOT NULL,
    at         BIGINT NOT NULL
);

-- +goose Down
DROP TABLE till_deposit;
DROP TABLE till_row;
DROP TABLE till_settlement;
DROP TABLE till_balance;
DROP TABLE till_posting;
DROP TABLE till_entry;
DROP TABLE till_refund;
DROP TABLE till_payment;
DROP TABLE till_attempt;
DROP TABLE till_sale;
DROP TABLE till_session;
DROP TABLE till_display;
DROP TABLE till_sticker;
DROP TABLE till_counter;
DROP TABLE till_designation;
DROP TABLE till_reduction;
DROP TABLE till_item;
DROP TABLE till_outbox_last;
DROP TABLE till_outbox;
DROP TABLE till_command;
