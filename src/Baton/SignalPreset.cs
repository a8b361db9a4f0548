namespace Baton;

/// <summary>
/// The signals of other systems, for people and scripts that know them. A signal that is not in the preset keeps its default: the
/// kernel's, which for SIGHUP, SIGUSR1 and SIGUSR2 ends the process, or the host's. <c>docs/signals.md</c> has the table.
/// </summary>
public enum SignalPreset
{
    /// <summary>SIGUSR2 and SIGHUP restart; SIGTERM, SIGINT and SIGQUIT shut down.</summary>
    Default,

    /// <summary>
    /// GoFrame's ghttp since 2.6: SIGUSR1 restarts; SIGTERM, SIGINT and SIGQUIT shut down gracefully
    /// (net/ghttp/ghttp_server_admin_unix.go and os/gproc/gproc_signal.go of github.com/gogf/gf). Before 2.6 SIGINT and SIGQUIT
    /// did not wait. Its SIGABRT is the runtime's own here.
    /// </summary>
    GoFrame,

    /// <summary>
    /// endless: SIGHUP restarts; SIGINT and SIGTERM shut down; SIGUSR2 cuts what is open, while draining only; SIGUSR1 and
    /// SIGTSTP are for hooks only ("Signals" and "Hammer Time" in the README of github.com/fvbock/endless).
    /// </summary>
    Endless,

    /// <summary>
    /// tRPC-Go: SIGUSR2 restarts (docs/user_guide/graceful_restart.md of github.com/trpc-group/trpc-go); SIGINT and SIGTERM shut
    /// down (server/serve_unix.go there). Its SIGSEGV is the runtime's own here.
    /// </summary>
    Trpc,

    /// <summary>
    /// tableflip: SIGHUP restarts (README of github.com/cloudflare/tableflip, also as <c>ExecReload</c>). It leaves the end to
    /// the application: as by default.
    /// </summary>
    Tableflip,

    /// <summary>
    /// SIGHUP restarts; SIGTERM, SIGINT and SIGQUIT shut down. For services that are used to SIGHUP and not built on tRPC. What
    /// happens then is what the article of zhijiezhang (Tencent PCG, 2020) on hot restarts in Go describes: the new process gets
    /// the listening sockets, the old one accepts nothing more, finishes the requests of its connections and ends. The signal is
    /// a convention; no public document of Tencent's fixes it.
    /// </summary>
    Tencent,
}
