namespace Baton.Resources;

internal static class LockExtensions
{
    extension(Lock gate)
    {
        /// <summary>Looks at what the lock protects.</summary>
        internal T Locked<T>(Func<T> look)
        {
            lock (gate)
            {
                return look();
            }
        }

        /// <summary>Changes what the lock protects.</summary>
        internal void Locked(Action change)
        {
            lock (gate)
            {
                change();
            }
        }
    }
}
