"""mutations - one thing is broken in a right conversation: its rule fires there, and no other error comes.

The mutations are the cases of tests/flows/rules/*.rule (flows/mutations.py); what else they draw stands, with the
reason, in tests/flows/mutations.tsv. tests/tools/mutate writes the matrix, docs/mutations.md."""
import collections
import json
from dataclasses import dataclass

import capfile
import mutations
import rulefile
import variants

from .base import Failure, Test, check
from .flows import report_of, report_on

HEAD = """<!-- Made by tests/tools/mutate: run it again, do not change this. -->
# One thing is broken, one rule speaks

{rules} rules. For each, one thing is changed in a conversation that draws no error and no warning; lengths,
checksums and digests are made anew. The rule speaks of the message that was changed, and no other error comes.
The conversations stand in [tests/flows/rules](../tests/flows/README.md), each in the file of its rule, which also
has those in which it just does not speak. What further findings come, and why, is told below.

The column `over` says what the rule is about: `message` if it speaks of that message too when the capture holds
no other, else the `transaction`, `dialog`, `registration` or `exchange` (a MANSCDP question and its answers) that it
belongs to; `capture` if it is about the way the messages came.

| rule | severity | over | broken | in | fires on frame |
|---|---|---|---|---|---|
"""

BESIDE = """
## Findings beside

| rule | finding | why |
|---|---|---|
"""


@dataclass
class Result:
    mutation: mutations.Mutation
    frames: list        # on which the rule fires
    severity: str
    over: str           # message, transaction ...
    beside: list        # what else there is, in the words of mutations.tsv
    wrong: str          # why it is no mutation of this rule; '' if it is one


def table(suite):
    """{rule: {what: why}}"""
    out = collections.defaultdict(dict)
    path = suite.tests / 'flows' / 'mutations.tsv'
    for line in path.read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            rule, what, why = line.split('\t')
            out[rule][what] = why
    return out


def rules_of(report, *severities):
    return {f['rule'] for f in report['findings'] if f['severity'] in severities}


def alone(suite, case, finding, frames):
    """Does the rule speak of the finding's message where the capture holds nothing else?"""
    recorder = variants.record(case.flow, variants.BY_NAME[case.variant], sorted(case.frames, reverse=True))
    before = max((end for end in frames.values() if end < finding['frame']), default=0)
    data = capfile.write(recorder.frames[before:finding['frame']], recorder.dlt)
    return case.rule in rules_of(report_of(suite, case, data), 'error', 'warning', 'note')


def over(suite, mutation, report, finding, frames):
    """What the rule is about."""
    rule = mutation.case.rule
    if rule.startswith(('capture-', 'net-', 'tcp-', 'message-')):
        return 'capture'
    if alone(suite, mutation.case, finding, frames):
        return 'message'
    if rule.startswith('manscdp-'):
        return 'exchange'
    kind = next((d['kind'] for d in report['dialogs'] if d['id'] == finding['dialog']), None)
    return {'registration': 'registration', 'call': 'dialog', 'subscription': 'dialog'}.get(kind, 'transaction')


def look(suite, mutation):
    """Runs gbscope over the origin and over what was broken."""
    rule = mutation.case.rule
    was, _ = report_on(suite, mutation.origin)
    now, frames = report_on(suite, mutation.case)
    mine = [f for f in now['findings'] if f['rule'] == rule]
    broken = mutations.broken_frames(mutation, frames)
    there = [f for f in mine if broken & {f['frame'], *f['frames']}]
    wrong = ''
    if rule in rules_of(was, 'error', 'warning', 'note'):
        wrong = 'it fires on the origin too'
    elif not mine:
        wrong = 'it does not fire'
    elif not there:
        wrong = f'it fires on frame {mine[0]["frame"]}, but frame {sorted(broken)} is broken'
    elif rules_of(was, 'error'):
        wrong = f'the origin draws {sorted(rules_of(was, "error"))}'
    beside = sorted(rules_of(now, 'error', 'warning', 'note') - rules_of(was, 'error', 'warning', 'note') - {rule})
    beside += ['origin ' + r for r in sorted(rules_of(was, 'warning'))]
    if len(mutation.things()) > 1:
        beside.append('changes ' + '; '.join(mutation.things()))
    shown = there[0] if there else None
    return Result(mutation, sorted({f['frame'] for f in there if f['frame']}), shown and shown['severity'],
                  over(suite, mutation, now, shown, frames) if shown else '', beside, wrong)


def best(suite, path, known):
    """The mutation of a rule that is right, with as little beside as there is."""
    results = []
    for mutation in mutations.mutations(rulefile.load(path)):
        result = look(suite, mutation)
        results.append(result)
        if not result.wrong and set(result.beside) <= set(known):
            return result
        if len(results) == 30:
            break
    if not results:
        raise Failure(f'{path.name}: no case that fires differs from a silent one')
    return min(results, key=lambda r: (bool(r.wrong), len(set(r.beside) - set(known))))


def row(result):
    mutation = result.mutation
    return (f'| {mutation.case.rule} | {result.severity} | {result.over} | {mutation.case.text} | {mutation.told()} | '
            f'{", ".join(map(str, result.frames))} |')


def page(suite, results):
    known = table(suite)
    out = [HEAD.format(rules=len(results)), *(row(r) + '\n' for r in results), BESIDE]
    out += [f'| {r.mutation.case.rule} | {what} | {known[r.mutation.case.rule].get(what, "")} |\n'
            for r in results for what in r.beside]
    return ''.join(out)


def one(suite, path, known, shown):
    def run():
        result = best(suite, path, known)
        check(not result.wrong, f'{path.name}: {result.mutation.case.text}: {result.wrong} '
              f'(changed: {result.mutation.told()})')
        new = [what for what in result.beside if what not in known]
        check(not new, f'{path.name}: {result.mutation.case.text}: also {", ".join(new)}. Break less, or say why in '
              'tests/flows/mutations.tsv')
        unused = sorted(set(known) - set(result.beside))
        check(not unused, f'tests/flows/mutations.tsv: {path.stem} does not draw {", ".join(unused)}')
        check(row(result) in shown, f'docs/mutations.md is old; it lacks: {row(result)}\nRun tests/tools/mutate')
    return Test(f'mutation of {path.stem}', run)


def every_rule(suite, known, shown):
    def run():
        rules = {r['id'] for r in json.loads(suite.call('rules', '-f', 'json', status=0).stdout)}
        rules = {rule for rule in rules if breakable(rule)}
        told = {line.split(' ')[1] for line in shown if line.startswith('| ') and line.count('|') == 7} - {'rule'}
        check(told == rules, f'docs/mutations.md: missing {sorted(rules - told)}, unknown {sorted(told - rules)}')
        check(set(known) <= rules, f'tests/flows/mutations.tsv: no such rule: {sorted(set(known) - rules)}')
    return Test('mutations: each rule has one', run)


def breakable(rule):
    """What a run must show is a setting: the conversation may be right, and nothing in it broken."""
    return not rule.startswith('expect-')


def files(suite):
    return sorted(path for path in (suite.tests / 'flows' / 'rules').glob('*.rule') if breakable(path.stem))


def tests(suite):
    known = table(suite)
    path = suite.top / 'docs' / 'mutations.md'
    shown = set(path.read_text(encoding='utf-8').splitlines()) if path.exists() else set()
    return [one(suite, path, known.get(path.stem, {}), shown) for path in files(suite)] \
        + [every_rule(suite, known, shown)]
