-- What ./filcdn bench metering asks about: 10,000 data sets of 1,000 payers with 50 providers, 10,000
-- more of one payer, all copies of one that the index told, and what was served in 90 days.
insert into data_set (data_set, payer, provider, version, record)
select 'fwss/' || n, p.payer, 'fwss/' || n % 50, n,
  d.record || jsonb_build_object('dataSet', 'fwss/' || n, 'payer', p.payer,
    'provider', 'fwss/' || n % 50)
from data_set d, generate_series(100000, 119999) n,
  lateral (select '0x' || lpad(to_hex(case when n < 110000 then n % 1000 else 4095 end), 40, '0'))
    as p (payer)
where d.data_set = 'fwss/1';

insert into odometer (data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests, as_of,
  published_version)
select 'fwss/' || n, n * 1000, n, 258, 1, 1, 1 from generate_series(100000, 119999) n;

-- 90 days and a week of hours
create temporary table step as
select s < 0 as daily,
  case when s < 0 then date_trunc('day', now(), 'UTC') + (s + 1) * interval '1 day'
    else date_trunc('hour', now()) - s * interval '1 hour' end as bucket
from generate_series(-90, 167) s;

insert into series (dimension, value, daily, bucket, cdn_bytes, cache_miss_bytes, requests)
select 'data-set', 'fwss/' || n, daily, bucket, n, n / 10, 1
from generate_series(100000, 109999) n, step
union all
select 'payer', '0x' || lpad(to_hex(n), 40, '0'), daily, bucket, n, n / 10, 1
from generate_series(0, 999) n, step
union all
select dimension, prefix || n, daily, bucket, n, n / 10, 1
from (values ('provider', 'fwss/'), ('country', 'C'), ('edge', 'edge-'), ('outcome', 'o'))
  as d (dimension, prefix), generate_series(1, 50) n, step
union all
select 'total', 'all', daily, bucket, 1, 1, 1 from step
on conflict do nothing;

-- a report and a payment of each data set on each of 90 days
insert into settled_event (tx_hash, kind, data_set, quota, epoch, bytes, amount)
select '0x' || lpad(to_hex(n * 100 + day), 64, '0'), kind, 'fwss/' || n, 'cacheMiss',
  day * 2880, 1000, 1000
from generate_series(100000, 109999) n, generate_series(1, 90) day,
  (values ('reported'), ('settled')) as k (kind)
where n % 2 = 0 or kind = 'reported';

insert into pinned (payer, pieces, bytes)
select '0x' || lpad(to_hex(n), 40, '0'), 1000, 1000000 from generate_series(0, 999) n;

insert into upload_day (payer, day, pieces, bytes)
select '0x' || lpad(to_hex(n), 40, '0'), (now() - day * interval '1 day')::date, 10, 10000
from generate_series(0, 999) n, generate_series(0, 89) day;

insert into latency (scope, bucket, slot, retrievals)
select case n when -1 then 'all' else 'fwss/' || n end, bucket, slot, 100
from generate_series(-1, 49) n, step, generate_series(40, 79) slot where not daily;

-- of past days only the largest pieces are kept
insert into piece_day (day, piece, retrievals, egress_bytes)
select (now() - day * interval '1 day')::date, 'bafkzcib' || n, 10, n
from generate_series(0, 7) day,
  lateral generate_series(1, case day when 0 then 100000 else 1000 end) n
on conflict do nothing;

drop table step;
