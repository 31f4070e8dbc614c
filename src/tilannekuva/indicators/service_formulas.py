"""Formulas of services: what follows from the counts of a funnel, as portable SQL over its base indicators.

All stand on one table, `state`: for each day with a report, each flow (`served_new`), its sum since the
beginning (`served_sum`), and each stock as it stands (`target`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tilannekuva.domain.services import STOCKS, UNKNOWN, Service, Stage

_Z2 = 1.2816**2  # four fifths of a normal distribution lie within this many variances
_PACE = (
    "between interval '13' day preceding and current row"  # whole weeks: quiet weekends count as they should
)
_FEWEST = 3  # reported days before a pace is told
_DUE_DAYS = 7


class Formula(NamedTuple):
    """SQL, and the stages that it reads."""

    sql: str
    stages: tuple[Stage, ...]


class _Queue(NamedTuple):
    """What came and what went since the beginning, as expressions over `state`, and the stages of both."""

    came: str
    went: str
    stages: tuple[Stage, ...]


def formulas(service: Service) -> dict[str, Formula]:
    """Give the formulas that a service's counts allow, by the name of what they tell."""
    found = {name: make(service) for name, make in _FORMULAS.items()}
    return {name: one for name, one in found.items() if one}


def total(service: Service, stage: Stage) -> Formula:
    """Give the sum of a flow since the beginning."""
    sql = f"""
select area, reference_date, doubt,
       cast(sum(value) over (partition by area order by reference_date) as bigint) as value
from {_table(service, stage)} where value is not null
"""  # noqa: S608 - slugs
    return Formula(sql, (stage,))


def _table(service: Service, stage: Stage) -> str:
    return service.indicator(stage).replace("-", "_")


def _state(service: Service, stages: Sequence[Stage]) -> str:
    """Give the table on which formulas stand; all of it is null before it is told for the first time."""
    told = "\n  union all ".join(
        f"select area, reference_date, '{one}' as stage, value from {_table(service, one)}"  # noqa: S608 - slugs
        for one in stages
    )
    new = ", ".join(f"sum(case when stage = '{one}' then value end) as {one}_new" for one in stages)
    run = ", ".join(
        f"count({one}_new) over w as {one}_nth" if one in STOCKS else f"sum({one}_new) over w as {one}_sum"
        for one in stages
    )
    held = "".join(
        f", max({one}_new) over (partition by area, {one}_nth) as {one}" for one in stages if one in STOCKS
    )
    return f"""
with told as (
  {told}
), days as (
  select area, reference_date, {new} from told where value is not null group by area, reference_date
), sums as (
  select *, {run} from days window w as (partition by area order by reference_date)
), state as (
  select *{held} from sums
)"""  # noqa: S608 - slugs


def _share(service: Service, done: str, of: str) -> Formula | None:
    """Give a share in per cent of two numbers of `state`; None where the service does not count them."""
    stages = tuple(
        one for one in service.stages if one in (done.removesuffix("_sum"), of.removesuffix("_sum"))
    )
    if len(stages) < len({done, of}):
        return None
    sql = f"""{_state(service, stages)}
select area, reference_date, 100.0 * {done} / nullif({of}, 0) as value, 0 as doubt from state
"""  # noqa: S608 - slugs
    return Formula(sql, stages)


def _done(service: Service) -> str:
    """Name the stage that says who has had what the service is for."""
    return "reached" if "reached" in service.stages else "served"


def _queue(service: Service) -> _Queue | None:
    """Give what comes to be served and what goes; None for a service without a queue."""
    if not service.demand or "served" not in service.stages:
        return None
    went = tuple(one for one in service.stages if one in ("served", "cancelled"))
    gone = " + ".join(f"coalesce({one}_sum, 0)" for one in went)
    return _Queue(f"{service.demand}_sum", gone, (service.demand, *went))


def _of_queue(body: str) -> Callable[[Service], Formula | None]:
    """Make a formula over the table `queue`: what came and what went by each day, and what came on it."""

    def made(service: Service) -> Formula | None:
        queue = _queue(service)
        if not queue or ("{promise}" in body and not service.promise_days):
            return None
        sql = f"""{_state(service, queue.stages)}, queue as (
  select area, reference_date, {queue.came} as came, {queue.went} as went, {service.demand}_new as new
  from state where {queue.came} is not null
){body.format(promise=f"interval '{service.promise_days}' day")}"""  # noqa: S608 - slugs
        return Formula(sql, queue.stages)

    return made


_BACKLOG = """
select area, reference_date, cast(came - went as bigint) as value, 0 as doubt from queue
"""
# Who came first is served first: the oldest open one came on the first day by which more came than has gone.
_OLDEST = """
select n.area, n.reference_date, 0 as doubt,
       cast(coalesce(max(cast(n.reference_date - b.reference_date as integer)), 0) as bigint) as value
from queue n left join queue b
  on b.area = n.area and b.reference_date <= n.reference_date and b.came > n.went
group by n.area, n.reference_date
"""
# Of what fell due in the last seven days, that which had gone by its day; who came first is served first.
_KEPT = f"""
, due as (
  select d.area, cast(d.reference_date + {{promise}} as date) as due_date, d.new,
         least(d.new, greatest(max(o.went) - (d.came - d.new), 0)) as kept
  from queue d join queue o
    on o.area = d.area and o.reference_date <= cast(d.reference_date + {{promise}} as date)
  where d.new > 0 group by d.area, d.reference_date, d.new, d.came
)
select q.area, q.reference_date, 100.0 * sum(due.kept) / sum(due.new) as value, 0 as doubt
from queue q join due on due.area = q.area and due.due_date <= q.reference_date
  and due.due_date > cast(q.reference_date - interval '{_DUE_DAYS}' day as date)
group by q.area, q.reference_date
"""  # noqa: S608 - our own


def _work(service: Service) -> tuple[str, str, tuple[Stage, ...]] | None:
    """Give what is left to do, how much of it is done in a day, and the stages that say so."""
    whole = tuple(one for one in service.stages if one in ("listed", "target"))
    queue = _queue(service)
    if {"attempted", "reached"} <= {*service.stages} and whole:
        left = "coalesce(listed, target)" if len(whole) > 1 else whole[0]
        return f"{left} - attempted_sum", "attempted_new", (*whole, "attempted")
    if "target" in whole and "served" in service.stages:
        return "target - served_sum", "served_new", ("target", "served")
    if queue:
        new = [f"{one}_new" for one in queue.stages[1:]]
        done = " + ".join(f"coalesce({one}, 0)" for one in new)
        told = f"coalesce({', '.join(new)}, null)"
        return f"{queue.came} - ({queue.went})", f"case when {told} is not null then {done} end", queue.stages
    return None


def _days(end: str) -> Callable[[Service], Formula | None]:
    """Make the formula of the days to the end of the work at the pace of the last fourteen days.

    With r left, and m, s and k the mean, the spread and the number of the days' work, n days do between
    n m - z s sqrt(n + n^2 / k) and n m + z s sqrt(n + n^2 / k): the days vary, and the pace itself is only
    known from k of them. The ends of the interval are the n for which these are r. Source: the prediction
    interval of a sum of normal values with estimated mean, solved for n as in Fieller's theorem (1954).
    """

    def made(service: Service) -> Formula | None:
        work = _work(service)
        if not work:
            return None
        left, done, stages = work
        sql = f"""{_state(service, stages)}, work as (
  select area, reference_date, {left} as r, {done} as done from state
), pace as (
  select area, reference_date, r, avg(done) over w as m, coalesce(var_samp(done) over w, 0) as s2,
         count(done) over w as k
  from work window w as (partition by area order by reference_date range {_PACE})
), ends as (
  select *, 2 * m * r + {_Z2:.4f} * s2 as b, m * m - {_Z2:.4f} * s2 / nullif(k, 0) as a from pace
), roots as (
  select *, sqrt(greatest(b * b - 4 * a * r * r, 0)) as root from ends
)
select area, reference_date, 0 as doubt,
       case when r <= 0 then 0 when k >= {_FEWEST} and m > 0 then {end} end as value
from roots where r is not null
"""  # noqa: S608 - slugs
        return Formula(sql, stages)

    return made


def _equity(service: Service) -> Formula | None:
    """Give the lowest coverage of a part as a share of the highest; unknown parts are left out."""
    done, stages = _done(service), tuple(one for one in service.stages if one in (_done(service), "target"))
    if len(stages) < 2 or not (service.places or service.ages):  # noqa: PLR2004 - both of them
        return None
    told = "\n  union all ".join(
        f"select area, reference_date, stratum, '{one}' as stage, value from {_table(service, one)}_parts"  # noqa: S608 - slugs
        for one in stages
    )
    sql = f"""
with told as (
  {told}
), days as (
  select d.area, d.reference_date, p.stratum,
         sum(case when t.stage = '{done}' then t.value end) as new,
         max(case when t.stage = 'target' then t.value end) as target
  from (select distinct area, reference_date from told) d
  join (select distinct area, stratum from told where stratum not like '%:{UNKNOWN}%') p on p.area = d.area
  left join told t on t.area = d.area and t.reference_date = d.reference_date and t.stratum = p.stratum
  group by d.area, d.reference_date, p.stratum
), sums as (
  select *, sum(new) over w as done, count(target) over w as nth
  from days window w as (partition by area, stratum order by reference_date)
), held as (
  select *, max(target) over (partition by area, stratum, nth) as whole from sums
), shares as (
  select area, reference_date, 1.0 * coalesce(done, 0) / whole as share from held where whole > 0
)
select area, reference_date, 100.0 * min(share) / nullif(max(share), 0) as value, 0 as doubt
from shares group by area, reference_date having count(*) > 1
"""  # noqa: S608 - slugs
    return Formula(sql, stages)


_FORMULAS: dict[str, Callable[[Service], Formula | None]] = {
    "coverage": lambda one: _share(one, f"{_done(one)}_sum", "target"),
    "contact-rate": lambda one: _share(one, "reached_sum", "attempted_sum"),
    "need-rate": lambda one: _share(one, "need_found_sum", "reached_sum"),
    "service-rate": lambda one: _share(one, "served_sum", f"{one.demand}_sum"),
    "backlog": _of_queue(_BACKLOG),
    "oldest-open": _of_queue(_OLDEST),
    "days-to-finish": _days("ceil(r / m)"),
    "days-at-best": _days("ceil(2 * r * r / (b + root))"),
    "days-at-worst": _days("case when a > 0 then ceil((b + root) / (2 * a)) end"),
    "promise-kept": _of_queue(_KEPT),
    "equity": _equity,
}
