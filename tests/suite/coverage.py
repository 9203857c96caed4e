"""coverage - each rule that the RFCs ask for is covered by one of ours, or there is a reason why not."""
import importlib.machinery
import importlib.util
import re

from .base import Skip, Test, check, compare

# So many rules look at more than one message, at the least: those that differ only in a header's name count once.
TOGETHER = 50


def script(suite, name):
    """docs/NAME, as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace('-', '_'), str(suite.top / 'docs' / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def page(suite):
    def run():
        path = suite.top / 'docs' / 'coverage.md'
        compare(script(suite, 'make-coverage').page(), path.read_text(encoding='utf-8'),
                'docs/coverage.md (run docs/make-coverage)')
    return Test('coverage.md is what make-coverage makes', run)


def complete(suite):
    def run():
        make = script(suite, 'make-coverage')
        have = make.covering()
        left = [name for name, _, _, why in make.rows() if name not in have and why == '']
        check(not left, f'{len(left)} rows of docs/sip-rules.tsv have neither a rule nor a reason: {", ".join(left)}')
        both = [name for name, _, _, why in make.rows() if name in have and why != '']
        check(not both, f'a rule covers what docs/sip-rules.tsv calls dropped: {", ".join(both)}')
    return Test('coverage: each row has a rule or a reason', run)


def known(suite):
    """`also` names rows that there are, and no row is forgotten."""
    def run():
        make = script(suite, 'make-coverage')
        names = [name for name, *_ in make.rows()]
        check(len(names) == len(set(names)), 'an id stands twice in docs/sip-rules.tsv')
        strange = sorted({name for name in make.covering() if re.match(r'(SIP|SDP|OA)-[A-Z0-9-]*\d{3}$', name)}
                         - set(names))
        check(not strange, f'docs/sip-rules.tsv has no {", ".join(strange)}')
        path = suite.need_shared() / 'rules-sip.md'
        if not path.exists():
            raise Skip('no rules-sip.md')
        want = set(re.findall(r'^\| ((?:SIP|SDP|OA)-[A-Z0-9-]*\d+) \|', path.read_text(encoding='utf-8'), re.M))
        check(len(want) > 200, f'only {len(want)} rows in {path}')
        check(want == set(names), f'docs/sip-rules.tsv: {sorted(want ^ set(names))}')
    return Test('coverage: the rows are those of the reference', run)


def together(suite):
    def run():
        make = script(suite, 'make-coverage')
        of_kind = make.kinds()
        count = len(make.distinct(of_kind['transaction'] + of_kind['dialog'] + of_kind['registration']))
        check(count >= TOGETHER, f'only {count} rules look at transactions, dialogs or registrations')
    return Test('coverage: rules over transactions, dialogs and registrations', run)


def tests(suite):
    return [page(suite), complete(suite), known(suite), together(suite)]
