"""schema - docs/report.schema.json is a schema, and the reports are what it says (schema/validate)."""
import json

import flow as flowlang
import variants

from . import golden
from .base import Failure, Test, check, text


def validate(suite, files):
    python = suite.python_with('jsonschema')
    schema = suite.top / 'docs' / 'report.schema.json'
    done = suite.command([python, suite.tests / 'schema' / 'validate', schema, *files])
    if done.returncode != 0:
        raise Failure(text(done.stdout)[-3000:] + text(done.stderr)[-3000:])


def goldens(suite, form):
    def run():
        files = []
        for name, _, args in golden.cases(suite):
            path = golden.expected(suite, name)
            if args[:1] != ['report'] or form not in args or not path.exists():
                continue
            body = path.read_text(encoding='utf-8').split('---- stderr ----\n')[0]
            copy = suite.folder('schema') / f'{name}.{form}'
            copy.write_text(body, encoding='utf-8')
            files.append(copy)
        check(files, f'no golden report in {form}')
        validate(suite, files)
    return Test(f'schema: goldens in {form}', run)


def forms(suite):
    """What report can write by this schema."""
    shown = text(suite.call('report', '--help').stdout)
    return ['json'] + ['ndjson'] * ('ndjson' in shown)


def one_flow(suite, path):
    """What is written now, of flows that hold more than the samples."""
    def run():
        flow = flowlang.load(path)
        data, _ = variants.build(flow)
        folder = suite.folder('schema')
        capture = folder / f'{path.stem}.pcap'
        capture.write_bytes(data)
        files = []
        for form in forms(suite):
            out = folder / f'{path.stem}-now.{form}'
            suite.call('report', '-f', form, '-o', out, capture, status=0)
            files.append(out)
        validate(suite, files)
    return Test(f'schema: report on {path.stem}', run)


TOLD = ('exchange', 'subscription', 'notice', 'session', 'session_sdp', 'session_control', 'media', 'device', 'summary')


def undescribed(schema, path):
    if isinstance(schema, list):
        for x in schema:
            yield from undescribed(x, path)
    if not isinstance(schema, dict):
        return
    for name, x in schema.get('properties', {}).items():
        if not {'description', 'const', '$ref'} & set(x):
            yield f'{path}.{name}'
        yield from undescribed(x, f'{path}.{name}')
    for name, x in schema.items():
        if name != 'properties':
            yield from undescribed(x, path)


def described(suite):
    """A reader of the schema alone knows what each member is."""
    def run():
        schema = json.loads((suite.top / 'docs' / 'report.schema.json').read_text(encoding='utf-8'))
        lacking = [x for name in TOLD for x in undescribed(schema['$defs'][name], name)]
        check(not lacking, f'no description: {lacking}')
    return Test('schema: each member has a description', run)


LISTS = ('exchanges', 'subscriptions', 'notices', 'sessions', 'media')


def joined(suite):
    """Ids have no holes, and what a record names is there."""
    def run():
        for path in sorted((suite.top / 'samples').glob('*.pcap')):
            r = json.loads(suite.call('report', path, status=0).stdout)
            ids = {name: {x['id'] for x in r[name]} for name in ('dialogs', *LISTS)}
            for name in LISTS:
                check(ids[name] == set(range(1, len(r[name]) + 1)), f'{path.name}: ids of {name}: {ids[name]}')
            named = [('dialogs', x['dialog']) for name in ('subscriptions', 'sessions', 'media') for x in r[name]]
            named += [('dialogs', s['dialog']) for x in r['notices'] for s in x['steps']]
            named += [('dialogs', s['dialog']) for x in r['exchanges'] for s in (x['request'], *x['responses']) if s]
            named += [('sessions', x['session']) for x in r['media']]
            named += [('media', i) for x in r['sessions'] for i in x['media']]
            named += [('subscriptions', x['subscription']) for x in r['notices']]
            for name, i in named:
                check(i is None or i in ids[name], f'{path.name}: there is no {i} in {name}')
    return Test('schema: records join by their ids', run)


def rejects(suite):
    """A validator that takes anything would prove nothing."""
    def run():
        folder = suite.folder('schema')
        lines = text(suite.call('report', '-f', 'ndjson', 'samples/catalog.pcap',
                                'samples/keepalive-lost.pcap').stdout).splitlines()
        wrong = {'bad.json': '{"schema": 1, "dialogs": "none"}', 'type.ndjson': '{"type": "nothing"}',
                 'line.json': '[]'}
        for kind in ('start', 'message', 'transaction', 'dialog', 'exchange', 'device', 'finding',
                     'capture', 'summary'):
            line = next(x for x in map(json.loads, lines) if x['type'] == kind)
            wrong[f'{kind}-more.ndjson'] = json.dumps({**line, 'transactions_more': []})
            wrong[f'{kind}-less.ndjson'] = json.dumps(dict(list(line.items())[:-1]))
            wrong[f'{kind}-none.ndjson'] = json.dumps({**line, list(line)[-1]: [1]})
        for name, what in wrong.items():
            (folder / name).write_text(what)
            try:
                validate(suite, [folder / name])
            except Failure:
                continue
            raise Failure(f'passed: {name}: {what[:300]}')
    return Test('schema: a wrong report does not pass', run)


def tests(suite):
    flows = sorted((suite.tests / 'flows').glob('*.flow'))
    kinds = sorted({args[2] for _, _, args in golden.cases(suite)
                    if args[:2] == ['report', '-f']} & {'json', 'ndjson'})
    return [goldens(suite, form) for form in kinds] + [rejects(suite), described(suite), joined(suite)] \
        + [one_flow(suite, path) for path in flows]
