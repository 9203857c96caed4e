"""What tests/run runs: a module for each kind of test, with tests(suite) -> [Test]."""
