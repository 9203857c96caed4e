"""programs - unit tests, and fuzz targets over all seeds."""
from .base import Failure, Skip, Test, check, text


def inputs_of(suite):
    """Every target sees the seeds of all targets, and the samples: odd input for most of them."""
    files = sorted(p for p in (suite.tests / 'fuzz' / 'seeds').rglob('*') if p.is_file())
    return files + sorted((suite.top / 'samples').glob('*.pcap'))


def unit(suite, name):
    def run():
        program = suite.build / 'tests' / 'unit' / name
        done = suite.command([*suite.wrap, program], env={'srcdir': str(suite.top)})
        if done.returncode == 77:       # as automake has it
            raise Skip(text(done.stdout).strip())
        last = text(done.stdout).strip().rsplit('\n', 1)[-1]
        if done.returncode != 0 or ' passed, 0 failed' not in last:
            raise Failure(text(done.stdout)[-3000:] + text(done.stderr)[-3000:]
                          + f'exit status {done.returncode}')
    return Test(f'unit {name}', run)


def replay(suite, name):
    def run():
        seeds = suite.tests / 'fuzz' / 'seeds' / name
        check(seeds.is_dir() and any(seeds.iterdir()), f'no seeds in {seeds}')
        files = inputs_of(suite)
        program = suite.build / 'tests' / 'fuzz' / f'fuzz_{name}'
        done = suite.command([*suite.wrap, program, *map(str, files)])
        if done.returncode != 0:
            raise Failure(text(done.stdout)[-300:] + text(done.stderr)[-3000:]
                          + f'exit status {done.returncode}')
    return Test(f'fuzz {name}', run)


def breaks(suite):
    """tests/selftest is not run each time; its list must still fit the sources."""
    def run():
        for line in (suite.tests / 'selftest.list').read_text(encoding='utf-8').splitlines():
            if not line.strip() or line.startswith('#'):
                continue
            file, expression, what = line.split('\t')
            path = suite.top / file
            done = suite.command(['sed', '-E', expression, path])
            check(done.returncode == 0, f'{what}: {text(done.stderr)}')
            check(done.stdout != path.read_bytes(), f'{what}: the expression changes nothing in {file}')
    return Test('selftest.list fits the sources', run)


def tests(suite):
    out = [unit(suite, p.stem) for p in sorted((suite.tests / 'unit').glob('*.c'))]
    out += [replay(suite, p.stem[len('fuzz_'):])
            for p in sorted((suite.tests / 'fuzz').glob('fuzz_*.c'))]
    return [*out, breaks(suite)]