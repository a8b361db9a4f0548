using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Baton.Tests.Conventions;

/// <summary>The public surface of an assembly as text: one line for each type and member, in an order that does not depend on the source.</summary>
internal sealed class ApiPrinter
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    private readonly NullabilityInfoContext _nullability = new();

    internal string Print(Assembly assembly) =>
        string.Join('\n', assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).Select(Type)) + "\n";

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static bool IsWritten(MemberInfo member) => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    private static string Modifiers(MethodBase method) =>
        (method.IsPublic ? "public " : "protected ") + (method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        });

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        string name = type.Namespace is null || type.Namespace.StartsWith("System", StringComparison.Ordinal) ? type.Name : type.FullName ?? type.Name;
        return type.IsGenericType ? $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private string Type(Type type)
    {
        IEnumerable<string> bases = new[] { type.BaseType }.OfType<Type>().Where(b => b != typeof(object) && b != typeof(Enum) && b != typeof(ValueType))
            .Concat(type.IsEnum ? [] : type.GetInterfaces()).Select(Name).Order(StringComparer.Ordinal);
        string header = $"{Kind(type)} {Name(type)}{(bases.Any() ? " : " + string.Join(", ", bases) : "")}\n";
        return header + string.Concat(Members(type).Order(StringComparer.Ordinal).Select(line => $"  {line}\n"));
    }

    private IEnumerable<string> Members(Type type)
    {
        IEnumerable<string> fields = type.GetFields(Declared).Where(f => f.IsPublic && !f.IsSpecialName).Select(Field);
        IEnumerable<string> constructors = type.GetConstructors(Declared).Where(IsVisible).Select(c => $"{Modifiers(c)}{type.Name}({Parameters(c)})");
        IEnumerable<string> properties = type.GetProperties(Declared).Where(p => IsVisible(p.GetMethod) && IsWritten(p)).Select(Property);
        IEnumerable<string> methods = type.GetMethods(Declared).Where(m => IsVisible(m) && !m.IsSpecialName && IsWritten(m)).Select(Method);
        return [.. fields, .. constructors, .. properties, .. methods];
    }

    private static string Field(FieldInfo field) => field switch
    {
        { DeclaringType.IsEnum: true } => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}",
        { IsLiteral: true } => $"public const {Name(field.FieldType)} {field.Name} = {Literal(field.GetRawConstantValue())}",
        _ => $"public {Name(field.FieldType)} {field.Name}",
    };

    private string Property(PropertyInfo property)
    {
        string set = IsVisible(property.SetMethod) ? IsInit(property.SetMethod!) ? " init;" : " set;" : "";
        return $"{Modifiers(property.GetMethod!)}{Name(property.PropertyType)}{Mark(_nullability.Create(property))} {property.Name} {{ get;{set} }}";
    }

    private string Method(MethodInfo method) =>
        $"{Modifiers(method)}{Name(method.ReturnType)}{Mark(_nullability.Create(method.ReturnParameter))} {method.Name}({Parameters(method)})";

    private string Parameters(MethodBase method)
    {
        string receiver = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return receiver + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private string Parameter(ParameterInfo parameter) =>
        $"{Name(parameter.ParameterType)}{Mark(_nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")}";

    private static string Default(ParameterInfo parameter) =>
        parameter.DefaultValue is null && parameter.ParameterType.IsValueType ? "default" : Literal(parameter.DefaultValue);

    private static bool IsInit(MethodInfo set) => set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Mark(NullabilityInfo info) => !info.Type.IsValueType && info.ReadState == NullabilityState.Nullable ? "?" : "";
}
