"""docs - what is written agrees with what is there: samples, examples, lists, the manual."""
import re
import shutil
import sys

from .base import Failure, Skip, Test, check, compare, text


def samples(suite):
    def run():
        out = suite.folder('samples')
        done = suite.command([sys.executable, suite.top / 'samples' / 'make-samples', out])
        check(done.returncode == 0, text(done.stderr))
        made = {p.name: p.read_bytes() for p in out.glob('*.pcap')}
        kept = {p.name: p.read_bytes() for p in (suite.top / 'samples').glob('*.pcap')}
        check(sorted(made) == sorted(kept), f'{sorted(made)} made, {sorted(kept)} there')
        for name, data in made.items():
            check(data == kept[name], f'{name} is not what samples/make-samples makes')
        readme = (suite.top / 'samples' / 'README.md').read_text(encoding='utf-8')
        for name in made:
            check(name in readme, f'samples/README.md says nothing about {name}')
    return Test('samples are what make-samples makes', run)



def lists(suite):
    def run():
        done = suite.command([sys.executable, suite.tests / 'lists'])
        check(done.returncode == 0, text(done.stdout))
    return Test('build lists name all files', run)


# ---- examples: every ```sh block with lines that begin "$ " ----

def examples(path):
    """[(line number, command, what must follow)]"""
    out, inside = [], False
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        if line.startswith('```'):
            inside = not inside and line[3:].strip() in ('sh', 'console')
        elif inside and line.startswith('$ '):
            out.append((number, line[2:], []))
        elif inside and out:
            out[-1][2].append(line)
    return out


def agrees(want, got):
    """Line by line; a line '...' stands for any lines."""
    pattern = ''.join('(?:.*\n)*' if line.strip() == '...' else re.escape(line) + '\n'
                      for line in want)
    return re.fullmatch(pattern, got) is not None


def example(suite, path, number, command, want):
    def run():
        place = suite.place
        for name in ('build', 'bin'):
            (place / name).mkdir(exist_ok=True)
            link = place / name / 'gbscope'
            if not link.exists():
                try:
                    link.symlink_to(suite.program)
                except FileExistsError:
                    pass
        line = re.sub(r'^\./bootstrap && ', '', command)
        if line.startswith(('./bootstrap', 'git ', 'make', 'apt', '.ci/', 'man ')):
            raise Skip('examples that install or build')
        if re.search(r'\b(jq|tshark)\b', line) and not shutil.which(re.search(r'jq|tshark', line)[0]):
            raise Skip('an example uses a tool that is not here')
        done = suite.command(['sh', '-c', line], cwd=place,
                             env={'PATH': f'{place}/bin:{suite.env["PATH"]}'})
        check(done.returncode in (0, 1, 3), text(done.stderr))
        want_lines = list(want)
        while want_lines and not want_lines[-1].strip():
            want_lines.pop()
        got = text(done.stdout)
        if want_lines and not agrees(want_lines, got):
            compare('\n'.join(want_lines), got, command)
    return Test(f'example {path.name}:{number}', run)


def pages(suite):
    return [suite.top / 'README.md', suite.top / 'samples' / 'README.md',
            *sorted((suite.top / 'docs').glob('*.md'))]


def links(suite, path):
    """What a page points to is there."""
    def run():
        missing = [target for target in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)',
                                                   path.read_text(encoding='utf-8'))
                   if not (path.parent / target).exists()]
        check(not missing, f'points to what is not there: {missing}')
    return Test(f'links in {path.relative_to(suite.top)}', run)


# ---- the manual ----

def options(suite):
    """Every option that --help names is in the manual, and no other."""
    def run():
        shown = set(re.findall(r'(?<![\w-])--[a-z][a-z-]+', text(suite.call('--help').stdout)))
        for command in ('report', 'check', 'list', 'show', 'rules', 'explain'):
            done = suite.call(command, '--help', status=0)
            shown |= set(re.findall(r'(?<![\w-])--[a-z][a-z-]+', text(done.stdout)))
        page = (suite.top / 'man' / 'gbscope.1').read_text(encoding='utf-8')
        named = {'--' + n for n in re.findall(r'Fl -([a-z][a-z-]+)', page)}
        check(shown == named, f'only in --help: {sorted(shown - named)}; '
              f'only in the manual: {sorted(named - shown)}')
    return Test('manual and --help name the same options', run)


def mandoc(suite):
    def run():
        if not shutil.which('mandoc'):
            raise Skip('no mandoc')
        done = suite.command(['mandoc', '-T', 'lint', '-W', 'warning',
                              suite.top / 'man' / 'gbscope.1'])
        if done.returncode != 0:
            raise Failure(text(done.stdout))
    return Test('manual is proper mdoc', run)


def tests(suite):
    out = [samples(suite), lists(suite), options(suite), mandoc(suite)]
    for path in pages(suite):
        if path.exists():
            out.append(links(suite, path))
            out += [example(suite, path, *e) for e in examples(path)]
    return out
