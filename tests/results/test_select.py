"""What a statement over results may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pentad.errors import Rejected
from pentad.results.select import check
from pentad.results.sources import Source

SOURCES = [Source(name, Path(name), ("a", "b")) for name in ("t", "u", "rows_2b7k9mxq")]

ALLOWED = r"""
select list_transform(l, lambda x: x+1), l[1], l[1:2], s.a.b, j->'$.a', j->>'a', [x for x in l if
  x>1], {'a':1}, map{'a':1}, a::int, try_cast(a as int), x.upper() from t;
select * exclude (a) replace (b+1 as b), columns('x.*') from t;
from t select a;
from t;
select unnest(l) as x, unnest(s, recursive := true) from t, unnest(t.l) as u(x), lateral (select 1)
  q;
select a, count(*) filter (where b), row_number() over (partition by a order by b rows between 1
  preceding and current row) from t group by all qualify row_number() over w = 1 window w as (order by
  a) order by all;
with recursive r(n) as (values (1) union all select n+1 from r) select * from r;
select * from range(10) r(i), generate_series(1,3);
select * from (values (1,'a')) v(a,b);
select * from t a asof join u b on a.t>=b.t;
select * from t positional join u;
select * from t semi join u using (x);
select date '2020-01-01', interval 1 day, interval '1' month, extract(year from a), a at time zone
  'utc', position('a' in b), substring(a from 1 for 2), trim(both 'x' from a) from t;
select struct_pack(a := 1), list_filter(l, x -> x>1), a.b.c, t.s['k'], count(distinct a),
  string_agg(a, ',' order by b) from t;
select a, sum(b) from t group by grouping sets ((a),(b), ());
select a, sum(b) from t group by rollup(a), cube(b);
select 'a' 'b';
select a ~ 'x', a !~ 'x', a like 'x' escape '!', a similar to 'x', a glob 'x', a // 2, a ** 2, a is
  distinct from b, a && b, l @> m, x % 2, ~1, 1<<2, 1&2, 1|2, a collate nocase from t;
select 'x'.upper();
select arg_max(a,b) from t;
(select 1) union all by name (select 2);
select case when a then 1 else 2 end, if(a,1,2), exists(select 1), a in (1,2), a = any(l), a between
  1 and 2, not a, (a,b), row(1,2) from t;
select m['a'], list[-1], [1,2,3][1], array_agg(x)[1], s->'a'->>'b', json_extract(j,'$.a') from t;
select *, sum(x) over () from t join lateral unnest(l) u(x) on true;
select a.*, count(*) from t a cross join u b group by all;
select try(a/b), current_date, now(), today(), current_timestamp from t;
with x as materialized (select a from t), y(b, c) as (select 1, 2) select * from x, y;
select percentile_cont(0.5) within group (order by a) from t;
select lag(a) ignore nulls over (order by b), first_value(a) over (order by b) from t;
select a from t order by a desc nulls last limit 10 offset 5;
select distinct on (a) a, b from t order by a;
select count(*) from t where a in (select b from u) -- comment;
select strftime(d, '%Y-%m'), date_trunc('month', d), date_diff('day', d, e), d + interval 3 day,
  year(d) from t;
select t.n.x, (n).x, n['x'], unnest(n.x) from t;
select max(columns(*)) from t;
select min(a) as "the least" from "rows_2b7k9mxq";
select TRY_CAST(j->>'x' AS DECIMAL(18,2)), CAST(a AS STRUCT(x INT)[]) from T;
select r from t r;
select e.key, e.value from t, json_each(t.j) e;
select * from t natural join u;
select * from t left join u on t.a = u.a where u.a is null;
select a from t union select b from u intersect select 1 except select 2;
select quantile_cont(a, 0.9), median(a), mode(a), approx_count_distinct(a), histogram(a) from t;
select * from (from t select a, b) where a > 1;
select printf('%d', 1), format('{}', 1), concat_ws(',', a, b), a || b from t;
values (1);
table t;
select list_reduce([1,2,3], lambda x, y: x + y), list_sort(l, 'desc'), l.list_filter(lambda x: x >
  1) from t;
select * from unnest([1,2]) with ordinality;
select sum(a) / count(*) :: double from t;
with t2 as (select * from t) select * from t2 t3 join t2 t4 using (a);
select 10 % 3, -a, +a, a <> b, a != b, a == b from t;
select a from t limit (select count(*) from u);
select ifnull(a,0), coalesce(a,0), nullif(a,0), greatest(a,b), least(a,b) from t;
select {'a': 1, 'b': [1,2]}.b[1];
select * from t where a ilike '%x%' and b not like 'y%';
select epoch(d), to_timestamp(1), make_date(2024,1,1), age(d), last_day(d) from t;
select a, any_value(b order by c) from t group by a having count(*) > 1;
select cast('2024-01-01' as date), '2024-01-01'::date, timestamp '2024-01-01', time '12:00' from t;
select rank() over (order by sum(a)) from t group by b;
select regexp_extract(a, '(\d+)', 1), regexp_replace(a, 'x', 'y', 'g'), split_part(a, ',', 1) from t
""".strip().split(";\n")


@pytest.mark.parametrize("sql", ALLOWED)
def test_what_only_computes_is_let_through(sql: str) -> None:
    check(sql, SOURCES)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT * FROM rows_2b7k9mxp", "no table rows_2b7k9mxp. Did you mean rows_2b7k9mxq?"),
        ("SELECT a FROM nothing_like_it", "Tables are the handles of this call: t, u, rows_2b7k9mxq."),
        ("SELECT a, FROM (t", "it cannot be read as SQL near"),
        ("SELECT meidan(a) FROM t", "Did you mean median"),
        ("PIVOT t ON a USING sum(b)", "Begin with SELECT"),
        ("SELECT * FROM t PIVOT (sum(a) FOR b IN (1, 2))", "Write an aggregate with FILTER"),
        ("SELECT * FROM t TABLESAMPLE 10 PERCENT", "Use LIMIT"),
    ],
)
def test_a_refusal_says_what_to_write_instead(sql: str, told: str) -> None:
    with pytest.raises(Rejected) as refused:
        check(sql, SOURCES)

    assert told in refused.value.message
