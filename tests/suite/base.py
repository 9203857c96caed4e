"""base - what every kind of test needs: the program, folders, running, failing, skipping."""
import difflib
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable


class Failure(Exception):
    """The test says no."""


class Skip(Exception):
    """The test cannot say anything here; why."""


@dataclass
class Test:
    name: str
    run: Callable


def check(holds, text):
    if not holds:
        raise Failure(text)


def compare(want, got, what):
    """Both texts; the first lines of their difference when they differ."""
    if want != got:
        diff = list(difflib.unified_diff(want.splitlines(), got.splitlines(),
                                         'expected', 'got', lineterm=''))
        raise Failure(f'{what} differs:\n' + '\n'.join(line[:300] for line in diff[:40]))


class Suite:
    def __init__(self, top, build):
        self.top = top
        self.build = build
        self.tests = top / 'tests'
        self.program = os.environ.get('GBSCOPE', str(build / 'gbscope'))
        self.wrap = shlex.split(os.environ.get('GBSCOPE_WRAP', ''))
        shared = os.environ.get('GBSCOPE_SHARED')
        self.shared = top / '../shared' if shared is None else top / shared
        self.work = build / 'tests' / 'work'
        self.work.mkdir(parents=True, exist_ok=True)
        self.place = self.make_place()
        self.reports, self.locks = {}, {}       # of captures that several tests look at (flows.report_of)
        self.env = {**os.environ, 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC',
                    'GBSCOPE_SHARED': str(self.shared.resolve())}
        for name in ('GBSCOPE_WRAP', 'NO_COLOR', 'CLICOLOR_FORCE'):
            self.env.pop(name, None)

    def make_place(self):
        """Where the program runs: the samples as a user sees them, the passwords safe from others."""
        place = self.work / 'place'
        shutil.rmtree(place, ignore_errors=True)
        (place / 'samples').mkdir(parents=True)
        for path in (self.top / 'samples').iterdir():
            if path.suffix in ('.pcap', '.pcapng', '.txt', '.xml', '.conf'):
                shutil.copyfile(path, place / 'samples' / path.name)
        for path in (place / 'samples').glob('*.txt'):
            path.chmod(0o600)
        return place

    def folder(self, name):
        """A folder of one's own."""
        path = self.work / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def need_shared(self):
        if not self.shared.is_dir():
            raise Skip('no folder with reference captures (GBSCOPE_SHARED)')
        return self.shared

    def call(self, *args, status=None, cwd=None, env=None, timeout=120, data=None):
        """Runs gbscope; the result has returncode, stdout, stderr as bytes."""
        done = self.command([*self.wrap, self.program, *map(str, args)], cwd=cwd or self.place,
                            env=env, timeout=timeout, data=data)
        allowed = (status,) if isinstance(status, int) else status
        if allowed is not None and done.returncode not in allowed:
            raise Failure(f'gbscope {shlex.join(map(str, args))}\nexit status {done.returncode}, not '
                          f'{" or ".join(map(str, allowed))}\n' + text(done.stderr)[-3000:])
        return done

    def command(self, args, cwd=None, env=None, timeout=120, data=None):
        try:
            return subprocess.run(args, cwd=cwd or self.place, env={**self.env, **(env or {})},
                                  timeout=timeout * (20 if self.wrap else 1),
                                  input=data if data is not None else b'',
                                  capture_output=True, check=False)
        except subprocess.TimeoutExpired:
            raise Failure(f'{shlex.join(map(str, args))[:300]}: more than {timeout} s') from None
        except OSError as e:
            raise Failure(str(e)) from None

    def report(self, *args, **more):
        """The report on a capture, read from JSON."""
        more.setdefault('status', (0, 3))
        done = self.call('report', '-f', 'json', *args, **more)
        try:
            return json.loads(done.stdout)
        except ValueError as e:
            raise Failure(f'the report is no JSON: {e}') from None

    def python_with(self, module):
        """A Python that has the module."""
        for python in (sys.executable, 'python3', '/usr/bin/python3'):
            try:
                if subprocess.run([python, '-c', f'import {module}'], capture_output=True,
                                  check=False).returncode == 0:
                    return python
            except OSError:
                pass
        raise Skip(f'no Python with {module}')


def text(data):
    return data.decode('utf-8', 'replace')
