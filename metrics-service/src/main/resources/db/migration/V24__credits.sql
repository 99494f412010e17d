-- Services that ask for credit on behalf of others, by the name an operator gave them.
create table credit_service (
  name text collate "C" primary key,
  scopes text[] not null,
  created_at timestamptz not null
);

-- What a service shows, by the SHA-256 of it.
create table credit_token (
  id text collate "C" primary key,
  service text collate "C" not null references credit_service,
  sha256 text collate "C" not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index credit_token_service on credit_token (service) where revoked_at is null;

-- What an account has of a kind. Whoever changes anything of an account and kind locks its row here
-- first. used includes what is paid on chain.
create table credit_balance (
  account text collate "C" not null,
  kind text collate "C" not null,
  available numeric(38) not null default 0 check (available >= 0),
  held numeric(38) not null default 0 check (held >= 0),
  used numeric(38) not null default 0 check (used >= 0),
  paid_on_chain numeric(38) not null default 0 check (paid_on_chain between 0 and used),
  primary key (account, kind)
) with (fillfactor = 70);

-- remaining and held are what nobody has used of a grant; once it has ended, remaining is not
-- available. Smaller priorities come first.
create table credit_grant (
  number bigint generated always as identity primary key,
  made_by text collate "C" not null,
  id text collate "C" not null,
  account text collate "C" not null,
  kind text collate "C" not null,
  amount numeric(38) not null check (amount > 0),
  remaining numeric(38) not null check (remaining >= 0),
  held numeric(38) not null default 0 check (held >= 0),
  source text collate "C" not null,
  priority int not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  ended text collate "C" check (ended in ('expired', 'revoked', 'refunded')),
  refund_reference text,
  payment_chain bigint,
  payment_tx text collate "C",
  payment_log int,
  check (remaining + held <= amount),
  foreign key (account, kind) references credit_balance,
  unique (made_by, id),
  unique (payment_chain, payment_tx, payment_log)
) with (fillfactor = 70);
create index credit_grant_open on credit_grant (account, kind, priority, expires_at, number)
  where (ended is null and remaining > 0) or held > 0;
create index credit_grant_end on credit_grant (expires_at) where ended is null and remaining > 0;
create index credit_grant_account on credit_grant (account, number);

-- grants and parts are what a reservation took of which grants, in the order in which it uses them.
create table credit_reservation (
  service text collate "C" not null,
  id text collate "C" not null,
  account text collate "C" not null,
  kind text collate "C" not null,
  amount numeric(38) not null check (amount > 0),
  committed numeric(38) not null check (committed between 0 and amount),
  grants bigint[] not null,
  parts numeric(38)[] not null,
  state text collate "C" not null check (state in ('open', 'committed', 'voided', 'timedOut')),
  expires_at timestamptz not null,
  closed_at timestamptz check ((closed_at is null) = (state = 'open')),
  primary key (service, id)
) with (fillfactor = 70);
create index credit_reservation_due on credit_reservation (account, kind, expires_at)
  where state = 'open';
create index credit_reservation_end on credit_reservation (expires_at) where state = 'open';
create index credit_reservation_closed on credit_reservation (closed_at) where state <> 'open';

-- The ledger: each row takes an amount from one pot of an account and puts it into another.
create table credit_entry (
  number bigint generated always as identity primary key,
  account text collate "C" not null,
  kind text collate "C" not null,
  debit text collate "C" not null,
  credit text collate "C" not null check (credit <> debit),
  amount numeric(38) not null check (amount > 0),
  cause text collate "C" not null,
  grant_number bigint,
  service text collate "C",
  reservation text collate "C",
  at timestamptz not null
);
create index credit_entry_account on credit_entry (account, number);

create function credit_entry_is_final() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the ledger are never changed; add one that corrects them';
end $$;
create trigger credit_entry_is_final before update or delete on credit_entry
  for each row execute function credit_entry_is_final();

-- Entries that Kafka does not have.
create table credit_outbox (entry bigint primary key);

-- The times of placements, by which what payers keep is reckoned: since is when the chain placed a
-- piece. counted tells that the piece is in kept, settled that its removal is, which no reorganisation
-- can take back.
alter table placement
  add column since bigint,
  add column counted boolean not null default false,
  add column removed_at bigint,
  add column settled boolean not null default false;
update placement set since = extract(epoch from day)::bigint;
-- for processes of another version, which do not tell it
alter table placement
  alter column since set default extract(epoch from clock_timestamp())::bigint,
  alter column since set not null;
create index placement_uncounted on placement (since) where not counted;
create index placement_removed on placement (removed_at) where removed_at is not null and not settled;

-- What payers placed and kept on chain, final facts only. At a second t they have kept
-- byte_seconds + bytes * t - bytes_since byte-seconds, where bytes_since is the sum over pieces of
-- their bytes times the second since when they are placed. booked_at is the second up to which the
-- ledger of credit has it.
create table kept (
  payer text collate "C" primary key,
  uploaded numeric(38) not null,
  bytes numeric(38) not null,
  bytes_since numeric(38) not null,
  byte_seconds numeric(38) not null,
  booked_at bigint not null default 0
);
create index kept_booked on kept (booked_at);
