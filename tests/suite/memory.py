"""memory - what the program holds follows what is open, not how much goes by.

tests/bench/crowd.c writes captures of many devices that are well; they come through a pipe. GBSCOPE_MEMORY=full takes a
million keepalives of ten thousand devices, and catalogs of ten thousand items from a hundred devices at once."""
import os
import subprocess
import threading

from .base import Skip, Test, check
from .hostile import allowance, measured

FULL = os.environ.get('GBSCOPE_MEMORY') == 'full'
# what: ((devices, count), MiB at most) small and full
BOUNDS = {'keepalives': (((500, 10000), 48), ((10000, 1000000), 128)),
          'catalogs': (((20, 500), 48), ((100, 10000), 256))}
TIMES = 4           # so much more of the same may cost ...
KEEPALIVE_OCTETS = 16       # ... this for each keepalive more,
ITEM_OCTETS = 250           # and this for each item more of a catalog that is under way,
FIXED_MIB = 4               # and this in all.
PAUSE_MS = 20               # So slow that the first ones are over long before the last ones come.
BUILD = threading.Lock()


def crowd(suite):
    program = suite.folder('memory') / 'crowd'
    with BUILD:
        source = suite.tests / 'bench' / 'crowd.c'
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            done = suite.command(['cc', '-O2', '-o', program, source])
            if done.returncode:
                raise Skip('the generator of captures cannot be built')
    return program


def peak(suite, what, devices, count, pause_ms=0):
    """MiB at most for a report on it."""
    if allowance(suite) != 1:
        raise Skip('what watches the program holds memory of its own')
    with subprocess.Popen([crowd(suite), what, str(devices), str(count), str(pause_ms)], stdout=subprocess.PIPE) as made:
        status, _, mib = measured(suite, ['report', '-f', 'json', '-o', '/dev/null', '-'], timeout=600, stdin=made.stdout)
    check(status == 0, f'{what} of {devices} devices: status {status}')
    return mib


def bound(suite, what):
    def run():
        (devices, count), most = BOUNDS[what][FULL]
        mib = peak(suite, what, devices, count)
        check(mib <= most, f'{what}, {count} of {devices} devices: {mib:.0f} MiB, not {most}')
    return Test(f'memory: {what} stay below a bound', run)


def growth(suite, what, each, number):
    """number: how many things are counted in a count."""
    def run():
        (devices, count), _ = BOUNDS[what][False]
        less, more = (peak(suite, what, devices, n, PAUSE_MS) for n in (count, count * TIMES))
        allowed = FIXED_MIB + each * number(devices, count) * (TIMES - 1) / 2**20
        check(more - less <= allowed, f'{what}: {less:.1f} MiB, and for {TIMES} times as many {more:.1f}')
    return Test(f'memory: {what} do not pile up', run)


def healthy(suite):
    """What the generator writes is what it says: without an error, and whole."""
    def run():
        for what in BOUNDS:
            path = suite.folder('memory') / f'{what}.pcap'
            done = suite.command([crowd(suite), what, '20', '60'])
            path.write_bytes(done.stdout)
            report = suite.report(path)
            check(report['summary']['findings']['error'] == 0, f'{what}: {report["summary"]["rules"]}')
            wanted = {'keepalives': (2 * 20 + 2 * 60, 0), 'catalogs': (2 * 20 + 2 * 20 * 15, 20)}[what]
            whole = sum(e['outcome'] == 'complete' and e['received'] == 60 for e in report['exchanges'])
            check((report['summary']['messages'], whole) == wanted,
                  f'{what}: {report["summary"]["messages"]} messages, {whole} whole catalogs')
    return Test('memory: the crowd is well', run)


def tests(suite):
    return [healthy(suite), *(bound(suite, what) for what in BOUNDS),
            growth(suite, 'keepalives', KEEPALIVE_OCTETS, lambda devices, count: count),
            growth(suite, 'catalogs', ITEM_OCTETS, lambda devices, count: devices * count)]
