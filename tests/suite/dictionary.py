"""dictionary - each command as it should be, each part of it broken in turn; all that the reference list has.

What is done with the bodies is done in processes of their own (flows/bodycheck.py, flows/catalogue.py): hostile.py
measures memory, and a child's begins with what its parent has."""
import json
import sys

from .base import Test, check, compare, text

# How many bodies there are of each sort: a change of the dictionary changes these.
VALID = {
    'full': 177,
    'minimal': 147,
    'spelled': 12,
}
BROKEN = {
    'above manscdp-field-range error': 44,
    'above manscdp-value-odd warning': 200,
    'below manscdp-field-range error': 249,
    'below manscdp-value-odd warning': 303,
    'checksum manscdp-ptz-invalid error': 4,
    'condition before manscdp-field-condition warning': 25,
    'condition beside manscdp-field-condition warning': 4,
    'condition when manscdp-field-condition warning': 4,
    'condition when manscdp-field-expected note': 6,
    'count manscdp-count-mismatch warning': 53,
    'edition manscdp-edition error': 422,
    'empty manscdp-field-blank warning': 211,
    'empty manscdp-field-empty error': 469,
    'empty manscdp-field-empty-optional note': 477,
    'enum manscdp-command-unknown warning': 147,
    'enum manscdp-field-enum error': 118,
    'enum manscdp-value-odd warning': 123,
    'length manscdp-field-length warning': 5,
    'length manscdp-ptz-invalid error': 4,
    'missing manscdp-field-absent warning': 305,
    'missing manscdp-field-missing error': 700,
    'pattern manscdp-field-type error': 13,
    'pattern manscdp-value-odd warning': 31,
    'repeated manscdp-field-repeated error': 993,
    'repeated manscdp-field-repeated-odd warning': 687,
    'seen manscdp-value-odd warning': 63,
    'seen manscdp-value-vendor note': 194,
    'several manscdp-command-several note': 30,
    'spelled manscdp-field-spelling note': 21,
    'text manscdp-field-text warning': 173,
    'type manscdp-deviceid-invalid error': 125,
    'type manscdp-deviceid-odd warning': 26,
    'type manscdp-field-type error': 320,
    'type manscdp-value-odd warning': 363,
    'value edition manscdp-value-edition warning': 47,
}


def ask(suite, program, *args):
    """What a program of flows/ says of all that it looked at."""
    done = suite.command([sys.executable, suite.tests / 'flows' / program, *args],
                         env={'PYTHONDONTWRITEBYTECODE': '1'})
    check(done.returncode == 0, text(done.stderr)[-3000:])
    answer = json.loads(done.stdout)
    check(not answer['wrong'], f'{len(answer["wrong"])} are not as they should be:\n'
          + '\n'.join(answer['wrong'][:60]))
    return answer['total']


def judge_all(suite, kind):
    return ask(suite, 'bodycheck.py', kind, suite.folder('dictionary') / f'{kind}.pcap', *suite.wrap,
               suite.program)


def catalogue(suite):
    def run():
        total = ask(suite, 'catalogue.py', suite.need_shared() / 'gb' / 'commands.md')
        check(total['rows'] > 150 and total['words'] > 350, f'too few were read: {total}')
    return Test('dictionary: has every command and field of the reference list', run)


def valid(suite, kind, how):
    def run():
        total = judge_all(suite, kind)
        compare(lines(VALID), lines(total), 'how many right bodies there are')
    return Test(f'dictionary: each command in each edition is valid, {how}', run)


def matrix(suite):
    def run():
        total = judge_all(suite, 'broken')
        compare(lines(BROKEN), lines(total), 'how many bodies are broken in each way')
    return Test('dictionary: each part of a body, broken in turn, is named', run)


def lines(total):
    return '\n'.join(f'{name} {n}' for name, n in sorted(total.items()))


def tests(suite):
    return [valid(suite, 'valid', 'declared'), valid(suite, 'undeclared', 'not declared'),
            matrix(suite), catalogue(suite)]
