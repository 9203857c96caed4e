"""accounts - every frame carries a message, or was skipped for one reason: the numbers add up."""
import json

from .base import Test, check, text


def add_up(report, name):
    for c in report['captures']:
        skipped = sum(c['skipped'].values())
        check(c['frames'] == c['used'] + skipped,
              f'{name}: {c["frames"]} frames read, {c["used"]} used, {skipped} skipped')


def captures(suite, name, paths):
    def run():
        files = paths()
        for path in files:
            done = suite.call('report', path, status=(0, 2, 3))
            if done.returncode != 2:
                add_up(json.loads(done.stdout), path)
        check(files, 'no capture')
    return Test(f'accounts {name}', run)


def verbose(suite):
    """-v names the frames that captures[].skipped counts."""
    def run():
        path = 'samples/registration-tcp.pcap'
        told = {}
        for line in text(suite.call('check', '-v', path, status=(0, 1)).stderr).splitlines():
            if ' not used, ' in line:
                reason, runs = line.split(' not used, ')[1].split(': ')
                told[reason] = sum(int(run.split('-')[-1]) - int(run.split('-')[0]) + 1 for run in runs.split())
        want = suite.report(path)['captures'][0]['skipped']
        check(told == want and want, f'{told}, not {want}')
    return Test('accounts -v', run)


def tests(suite):
    out = [verbose(suite), captures(suite, 'samples', lambda: sorted((suite.top / 'samples').glob('*.pcap')))]
    for folder in ('edge', 'sip', 'gb28181'):
        out.append(captures(suite, folder, lambda folder=folder: sorted(
            (suite.need_shared() / 'captures' / folder).glob('*cap*'))))
    return out
