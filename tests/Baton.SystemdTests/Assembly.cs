using Baton.SystemdTests.Machine;

// Most of the time is spent waiting for what passes: each class has a machine of its own, in which unit files have fixed names and ports.
[assembly: CollectionBehavior(MaxParallelThreads = 5)]
[assembly: AssemblyFixture(typeof(SystemdPackages))]
