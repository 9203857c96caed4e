"""golden - command lines and what they must print (golden/cases.list, golden/expected/)."""
import shlex

from .base import Failure, Test, check, compare, text


def cases(suite):
    """[(name, exit status, arguments)]"""
    out = []
    for line in (suite.tests / 'golden' / 'cases.list').read_text().splitlines():
        if line.strip() and not line.startswith('#'):
            name, status, *args = shlex.split(line)
            out.append((name, int(status), args))
    return out


def produce(suite, status, args):
    """What the golden holds: the output, and below it what was said on stderr, if anything."""
    done = suite.call(*args, status=status)
    out = text(done.stdout)
    if done.stderr:
        out += '---- stderr ----\n' + text(done.stderr)
    return out


def expected(suite, name):
    return suite.tests / 'golden' / 'expected' / (name + '.out')


def one(suite, name, status, args):
    def run():
        path = expected(suite, name)
        if not path.exists():
            raise Failure(f'{path} is missing; tests/golden/accept {name} writes it: read it first')
        compare(path.read_text(), produce(suite, status, args), 'gbscope ' + shlex.join(args))
    return Test(f'golden {name}', run)


def no_strays(suite):
    def run():
        names = {name for name, _, _ in cases(suite)}
        strays = [p.name for p in (suite.tests / 'golden' / 'expected').iterdir()
                  if p.stem not in names]
        check(not strays, f'no case for {strays}')
    return Test('golden: no expected file without its case', run)


def tests(suite):
    return [one(suite, *case) for case in cases(suite)] + [no_strays(suite)]
