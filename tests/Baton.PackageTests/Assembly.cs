// Nearly all of the time goes into builds, which use all processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Baton.PackageTests.NewMachine))]
