// Tests here count the descriptors of the process and reuse their numbers: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
