// A class for each server; all of them mostly wait.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
