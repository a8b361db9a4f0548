using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace RestartLoad.CommandLine;

/// <summary>Options of the few kinds that this program has. What can't be parsed is an error that names the option.</summary>
internal static class OptionFactory
{
    public static Option<T?> Parsed<T>(string name, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        CustomParser = result => One(result, parse),
    };

    public static Option<NumberRange> Range(string name, string description, NumberRange byDefault) => new(name)
    {
        Description = description,
        CustomParser = static result => One(result, NumberRange.Parse),
        DefaultValueFactory = _ => byDefault,
    };

    /// <summary>A number that is not negative.</summary>
    public static Option<T> WithDefault<T>(string name, string description, T byDefault)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            CustomParser = static result => One(result, ParseNumber<T>),
            DefaultValueFactory = _ => byDefault,
        };

    public static T? One<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[^1].Value);
        }
        catch (FormatException exception)
        {
            result.AddError(NameOf(result) + exception.Message);
            return default;
        }
    }

    public static T[] Each<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return [.. result.Tokens.Select(token => parse(token.Value))];
        }
        catch (FormatException exception)
        {
            result.AddError(NameOf(result) + exception.Message);
            return [];
        }
    }

    private static string NameOf(ArgumentResult result) => result.Parent is OptionResult option ? option.Option.Name + ": " : "";

    private static T ParseNumber<T>(string text)
        where T : struct, INumber<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out T number) && T.IsFinite(number) && !T.IsNegative(number)
            ? number
            : throw new FormatException($"'{text}' is not a number from 0 up.");
}
