"""
Train int8 nets on MicroPython and the same nets in float32, and compare them.

A training that has been done is not done again unless what decides it has changed; its result
is kept under build/quality/.
"""

import argparse
import sys

from quality import places, report, tasks, variants
from quality.datasets import Missing
from quality.matrix import train
from quality.processes import Failed
from quality.workers import default_jobs


def arguments():
    parser = argparse.ArgumentParser(
        prog="quality", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="one seed of the small tasks, to build/quality-quick"
    )
    parser.add_argument("--task", action="append", choices=tasks.ALL, help="only this one; again")
    names = [variant.name for variant in variants.ALL.values() if variant.weight_bits]
    parser.add_argument("--variant", action="append", choices=names, help="only this one; again")
    parser.add_argument("--seeds", type=int, nargs="+", help="such as 1 2; those of each task")
    parser.add_argument("--jobs", type=int, default=default_jobs(), help="trainings at once")
    return parser.parse_args()


def available(wanted):
    """Return those tasks whose data are there; say which are not."""
    found = []
    for task in wanted:
        try:
            task.data(1) if task.adapts else task.data()
        except Missing as missing:
            print(f"SKIP {task.name}: {missing}", flush=True)
        else:
            found.append(task)
    return found


def destination(options):
    """Return the folder of the results: the committed ones only for everything."""
    if options.quick:
        return places.ROOT / "build/quality-quick"
    part = options.task or options.variant or options.seeds
    return places.ROOT / "build/quality-part" if part else places.HERE


def main():
    options = arguments()
    if not places.MICROPYTHON.exists():
        sys.exit("quality: build/unix-fast/micropython is missing: make unix-fast")
    wanted = [task for task in tasks.ALL.values() if not options.task or task.name in options.task]
    if options.quick:
        wanted = [task._replace(tuning_seeds=1) for task in wanted if task.quick]
    found = available(wanted)
    seeds = options.seeds or ([1] if options.quick else [])
    trained = train(found, options.variant or [], seeds, options.jobs)
    folder = destination(options)
    report.write(trained, folder)
    print(f"results: {folder.relative_to(places.ROOT)}/results.md")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(f"quality: {error}")
    except KeyboardInterrupt:
        sys.exit("quality: interrupted; what was done is kept")
