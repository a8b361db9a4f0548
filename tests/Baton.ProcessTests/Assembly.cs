// Each test runs several processes and mostly waits for one of them, so there are more at a time than cores.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
[assembly: TestCollectionOrderer(typeof(Baton.ProcessTests.LongestFirst))]
