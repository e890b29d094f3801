#!/usr/bin/python3
# test-crash-points.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process dies at every crash point; what is there afterwards is judged.

The short form lets it die at each point once; the long form at later passings too, once more while it
recovers, and before and after each single one of many commits. Names of points as arguments: only those.
"""

import concurrent.futures
import os
import sys
import time
import traceback

import faults
import scenarios as s
import standin

WORKERS = 4
# How many times further on each point is tried in the long form.
PASSINGS = 3
# So many commits in a row are each tried; an order needs five or more.
COMMITS = 40

SCENARIOS = {
    "answer-begun": s.bells,
    "answer-read": s.bells,
    "attempt-before-commit": s.bells,
    "attempt-committed": s.bells,
    "blocked-before-commit": s.trouble,
    "change-written": s.bells,
    "check-before-commit": s.check,
    "checkpoint-after": s.checkpoint,
    "checkpoint-before": s.checkpoint,
    "checkpoint-moved": s.checkpoint,
    "claim-written": s.backlog,
    "command-done": s.pause,
    "connection-removed-written": s.secret_removal,
    "connection-written": s.connection,
    "delay-before-commit": s.bells,
    "delay-committed": s.bells,
    "draft-written": s.draft,
    "engine-listening": s.recovery,
    "engine-recovered": s.recovery,
    "engine-stopped": s.stopping,
    "engine-stopping": s.stopping,
    "event-answered": s.bells,
    "event-before-insert": s.bells,
    "event-handed-on": s.bells,
    "event-inserted": s.bells,
    "event-run-opened": s.bells,
    "event-stored": s.bells,
    "flow-removed-written": s.remove,
    "flow-state-written": s.pause,
    "folder-id-before-write": s.first_start,
    "folder-id-written": s.first_start,
    "held-runs-opened": s.resume,
    "inbox-before-commit": s.refusal,
    "lock-before-release": s.stopping,
    "lock-signed": s.recovery,
    "lock-taken": s.recovery,
    "migration-before": s.first_start,
    "migration-committed": s.first_start,
    "migration-written": s.first_start,
    "outcome-and-attempt-committed": s.bells,
    "outcome-before-commit": s.bells,
    "outcome-committed": s.bells,
    "outcome-written": s.bells,
    "pilot-before-keep": s.pilot,
    "pilot-kept": s.pilot,
    "publish-before-commit": s.publish,
    "publish-committed": s.publish,
    "recover-written": s.recovery,
    "release-written": s.recovery,
    "replay-run-opened": s.replay,
    "request-headers-out": s.bells,
    "request-out": s.bells,
    "request-starting": s.bells,
    "resolve-before-commit": s.resolve,
    "resolve-committed": s.resolve,
    "retention-slice": s.retention,
    "rollback-written": s.roll_back,
    "run-before-done": s.bells,
    "run-claimed": s.backlog,
    "run-ended": s.bells,
    "run-parking": s.stopping,
    "run-taken": s.bells,
    "secret-before-save": s.secret,
    "secret-removed": s.secret_removal,
    "secret-saved": s.secret,
    "setting-written": s.setting,
    "trouble-before-save": s.trouble,
    "trouble-heard": s.trouble,
    "waiting-before-commit": s.retries,
    "writer-after-commit": s.bells,
    "writer-before-commit": s.bells,
}

# Other ways by the same point: what comes of it differs.
MORE = [
    ("outcome-before-commit:2", s.unknown),
    ("outcome-committed:2", s.unknown),
    ("inbox-before-commit:1", s.unknown),
    ("command-done:1", s.resume),
    ("command-done:1", s.publish),
    ("command-done:1", s.roll_back),
    ("command-done:1", s.remove),
    ("command-done:1", s.replay),
    ("command-done:1", s.draft),
    ("command-done:1", s.connection),
    ("command-done:1", s.secret),
    ("command-done:1", s.secret_removal),
    ("command-done:1", s.setting),
    ("command-done:1", s.resolve),
    ("writer-before-commit:1", s.first_start),
    ("writer-after-commit:1", s.first_start),
    ("migration-written:2", s.first_start),
    ("migration-committed:2", s.first_start),
    ("retention-slice:2", s.retention),
    ("retention-slice:4", s.retention),
]

# How many times a point can be passed in its scenario, where that is not at least PASSINGS.
ONCE = {s.stopping, s.recovery, s.pause, s.resume, s.publish, s.roll_back, s.remove, s.replay, s.draft, s.connection,
        s.secret, s.secret_removal, s.setting, s.pilot, s.resolve, s.first_start, s.trouble, s.retries, s.refusal,
        s.check, s.backlog, s.checkpoint, s.retention}
DELAYED = {"delay-before-commit", "delay-committed"}


class Dying(faults.Rig):
    prefix = None

    def asked_for(self, action, index):
        return self.stand_in.asked[action, f"{self.prefix}-{index}"] > 0

    def setting(self, key):
        return next(one["value"] for one in self.ask("settings", "list") if one["key"] == key)


def list_cases(points):
    cases = [(point + ":1", SCENARIOS[point], None) for point in points] + [(*case, None) for case in MORE]
    if not faults.LONG:
        return cases
    for point in points:
        if SCENARIOS[point] not in ONCE:
            cases += [(f"{point}:{number}", s.bells, None) for number in range(2, PASSINGS + 1)]
            cases.append((point + ":1", s.bells, "engine-recovered:1"))
            cases.append((point + ":1", s.bells, "writer-before-commit:2"))
    for number in range(2, COMMITS):
        cases += [(f"writer-{moment}-commit:{number}", s.many_bells, None) for moment in ("before", "after")]
    return cases


def run_case(number, case, prepared):
    """Gives what went wrong, or nothing."""
    point, scenario, crash_again = case
    rig = Dying()
    rig.prefix = f"c{number}"
    try:
        rig.setUp()
        if scenario is not s.first_start:
            rig.copy_of(prepared[point.split(":")[0] in DELAYED])
        scenario(rig, point, **({"crash_again": crash_again} if crash_again else {}))
        return None
    except Exception:  # every failure of a case is told, and the others go on
        return traceback.format_exc()
    finally:
        rig.doCleanups()


def main():
    points = faults.crash_points()
    missing = sorted(set(points) ^ set(SCENARIOS))
    if missing:
        print(f"not both a crash point and in SCENARIOS: {', '.join(missing)}")
        return 1
    cases = list_cases(points)
    if len(sys.argv) > 1:
        cases = [case for case in cases if case[0].split(":")[0] in sys.argv[1:] or case[0] in sys.argv[1:]]

    stand_in = standin.StandIn()
    prepared = []
    failures = 0
    started = time.monotonic()
    try:
        for delay in (None, "1 s"):
            rig = Dying()
            rig.setUp()
            prepared.append(rig)
            rig.prepare(stand_in, delay)
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            results = {pool.submit(run_case, number, case, prepared): case for number, case in enumerate(cases)}
            for done in concurrent.futures.as_completed(results):
                point, scenario, crash_again = results[done]
                name = f"{point} in {scenario.__name__}" + (f", then {crash_again}" if crash_again else "")
                problem = done.result()
                failures += problem is not None
                print(f"{'FAILED' if problem else 'ok'}: {name}" + (f"\n{problem}" if problem else ""), flush=True)
    finally:
        for rig in prepared:
            rig.doCleanups()
        stand_in.stop()
    print(f"{len(cases)} crashes at {len(points)} points, {failures} failures, {time.monotonic() - started:.0f} s")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
