using Baton.BrowserTests;

// One browser for all; each test has its own service, and mostly waits for it.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: AssemblyFixture(typeof(Chromium))]
