using System.ComponentModel;
using Baton.Processes;

namespace Baton.Control;

/// <summary>
/// <c>check</c>: runs the checks of a restart without one. On the connection's thread, since files may be slow.
/// </summary>
internal sealed class CheckConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers, ControlRequest asked)
    : ControlConversation(service, trigger, answers)
{
    internal override void Begin()
    {
        Log("Check");
        if (!Serves)
        {
            AnswerFailure failure = Lifecycle.State is ProcessState.Starting
                ? AnswerFailure.Of(RestartFailure.NotReady)
                : AnswerFailure.Of(RestartFailure.Stopping);
            End(failure, $"process {Pid} is {Lifecycle.State}: there is no restart to check for");
            return;
        }

        Accept();
        try
        {
            Check();
        }
        catch (RestartException e)
        {
            Conclude(succeeded: false, AnswerFailure.Of(e.Failure), e.Message);
        }
        catch (Win32Exception e)
        {
            Conclude(succeeded: false, AnswerFailure.Of(RestartFailure.SpawnFailed), e.Message);
        }
    }

    private void Check()
    {
        StartCommand command = Service.Context.Programs.Choose(asked.Program);
        string program = DotnetHost.Application(command);
        string? problem = LinkResolution.Resolve(program) is { } resolved
            ? ProgramFile.Problem(resolved)
            : "there is no such file, or it can't be seen by this user";
        if (problem is not null)
        {
            Conclude(
                succeeded: false, AnswerFailure.Of(
                    RestartFailure.SpawnFailed), $"{Printable.Line(program)} can't be started: {problem}");
        }
        else if (Options.CheckArguments.Count == 0)
        {
            Conclude(
                succeeded: true,
                failure: null,
                $"{Printable.Line(program)} can be started; it was not run, as no CheckArguments are set");
        }
        else
        {
            Say(new ControlAnswer.Phase(PhaseName.Check, "", TimeSpan.Zero));
            Service.Context.Programs.Check(command, defect => Conclude(
                defect is null,
                defect is null ? null : AnswerFailure.Of(RestartFailure.CheckFailed),
                defect ?? $"{Printable.Line(program)} has passed its check"));
        }
    }
}
