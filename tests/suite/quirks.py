"""quirks - each failure of the field has a rule that says it, with its flows, or a reason why none can.

tests/flows/quirks.tsv lists them, docs/make-quirks makes docs/quirks.md of it; a rule names its failures in the column
`also`. The list is held against the folder with reference material."""
import re

from .base import Skip, Test, check, compare
from .coverage import script
from .interleaved import in_table


def page(suite):
    def run():
        path = suite.top / 'docs' / 'quirks.md'
        compare(script(suite, 'make-quirks').page(suite), path.read_text(encoding='utf-8'),
                'docs/quirks.md (run docs/make-quirks)')
    return Test('quirks.md is what make-quirks makes', run)


def flows(suite):
    """Each rule that says one has a flow, and none is both covered and not to be told."""
    def run():
        make = script(suite, 'make-quirks')
        have, bad = make.covering(), []
        for number, names, _, _, why in make.rows():
            if why and number in have:
                bad.append(f'{number} {names[0]}: there is a rule, and a reason why there is none')
            if not why and number not in have and in_table(number):
                bad.append(f'{number} {names[0]}: neither a rule nor a reason')
            bad += [f'{number}: {rule} has no flow' for rule in have.get(number, [])
                    if not (suite.tests / 'flows' / 'rules' / f'{rule}.rule').exists()]
        check(not bad, '\n'.join(bad))
    return Test('quirks: each rule has a flow', run)


def names(suite):
    """What looks like a name of the list in `also` is one; a number has its row."""
    def run():
        make = script(suite, 'make-quirks')
        rows = make.rows()
        numbers = [number for number, *_ in rows]
        check(len(numbers) == len(set(numbers)), 'a number stands twice in tests/flows/quirks.tsv')
        used = {m for also in make.rules().values() for name in also for m in re.findall(r'^QUIRK-(\w+)$', name)}
        check(used <= set(numbers), f'tests/flows/quirks.tsv has no {sorted(used - set(numbers))}')
        for number, _, severity, text, _ in rows:
            check(severity in 'EWI' and text, f'{number}: no severity, or no text')
    return Test('quirks: names and numbers are in the list', run)


def reference(suite):
    def run():
        path = suite.need_shared() / 'gb' / 'quirks.md'
        if not path.exists():
            raise Skip('no quirks.md')
        want = {}
        for number, title, severity in re.findall(r'^\| (\d+[a-z]?) \| ([^|]+) \| ([EWI])', path.read_text(encoding='utf-8'),
                                                  re.M):
            want[number] = (severity, re.findall(r'[A-Z][A-Z0-9_]{2,}', title.replace('TYPO', 'TYPO')))
        check(len(want) > 90, f'only {len(want)} rows in {path}')
        have = {number: (severity, all_names) for number, all_names, severity, *_ in script(suite, 'make-quirks').rows()}
        check(set(want) == set(have), f'tests/flows/quirks.tsv: {sorted(set(want) ^ set(have))}')
        for number, (severity, title) in want.items():
            check(have[number][0] == severity, f'{number}: severity {have[number][0]}, not {severity}')
            short = [n for n in title if not any(n in name for name in have[number][1])]
            check(not short, f'{number}: no name {short}')
    return Test('quirks: the list is that of the reference', run)


def tests(suite):
    return [page(suite), flows(suite), names(suite), reference(suite)]
