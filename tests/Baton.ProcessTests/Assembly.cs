// Each test runs several processes and mostly waits for one of them.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
