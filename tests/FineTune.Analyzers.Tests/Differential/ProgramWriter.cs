using System.Text;

namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Writes a random program as C#, one act a line, so that a diagnostic is known by its line.</summary>
internal sealed class ProgramWriter(Dialect dialect)
{
    private readonly StringBuilder text = new();
    private int line;
    private int indent;
    private RandomProgram program = null!;
    private bool isHelper;
    private bool inLocal;

    /// <summary>Of each method by name, which line is which act.</summary>
    public Dictionary<int, (string Method, int Id)> Acts { get; } = [];

    /// <summary>Writes a program as a class of that name, and gives its text.</summary>
    public string Write(string name, RandomProgram random)
    {
        var start = text.Length;
        program = random;
        Line($"{(IsObject ? "sealed" : "static")} class {name}");
        Open();
        WriteConstructor(name);
        for (var i = 0; i < program.Helpers.Count; i++)
        {
            Write($"{name}.H{i}", $"H{i}", program.Helpers[i]);
        }

        Write($"{name}.Run", "Run", program.Main);
        Close();
        return text.ToString(start, text.Length - start);
    }

    private bool IsObject => program.Constructor is not null;

    private void WriteConstructor(string name)
    {
        if (program.Constructor is not { } body)
        {
            return;
        }

        var (owner, subject) = (dialect.OwnerType, dialect.SubjectType);
        Line($"private readonly {owner} m0, m1;");
        Line($"private readonly {subject} c0;");
        Line($"private {subject} c1;");
        Line($"public {name}({owner} m0, {owner} m1, bool p0)");
        Open();
        Line("(this.m0, this.m1) = (m0, m1);");
        Line($"{owner} a = m0;");
        Line($"c0 = {dialect.Build("m0")}; c1 = {dialect.Build("m1")};");
        Line($"{subject} c2 = {dialect.Build("m0")};");
        Line("bool flag = false;");
        (isHelper, inLocal) = (false, false);
        Write($"{name}.New", body);
        Close();
    }

    private void Write(string key, string name, Method method)
    {
        isHelper = method.IsHelper;
        Line(SignatureOf(name));
        Open();
        Line($"{dialect.OwnerType} a = m0;");
        Line(
            dialect.SubjectType
                + (IsObject ? $" c2 = {dialect.Build("m0")};"
                    : isHelper ? $" c1 = {dialect.Build("m0")}, c2 = c0;"
                    : $" c0 = {dialect.Build("m0")}, c1 = {dialect.Build("m1")}, c2 = {dialect.Build("m0")};"));
        Line("bool flag = false;");
        inLocal = true;
        for (var i = 0; i < method.Locals.Count; i++)
        {
            Line(i % 2 == 0 ? $"void L{i}()" : $"Action L{i} = () =>");
            Open();
            Write(key, method.Locals[i]);
            Close(i % 2 == 0 ? "}" : "};");
        }

        inLocal = false;
        Write(key, method.Body);
        if (!isHelper)
        {
            Line("end:;");
        }
        else if (!IsObject)
        {
            Line("return c0;");
        }

        Close();
    }

    private string SignatureOf(string name)
    {
        var (owner, subject) = (dialect.OwnerType, dialect.SubjectType);
        var result = program.IsAsync ? "async Task" : "void";
        return (IsObject, isHelper) switch
        {
            (true, true) => $"private {result} {name}(bool p0)",
            (true, false) => $"public {result} {name}(bool p0, bool p1, bool p2, int n)",
            (false, true) => $"public static {subject} {name}({owner} m0, {subject} c0, bool p0)",
            (false, false) => $"public static void {name}({owner} m0, {owner} m1, bool p0, bool p1, bool p2, int n)",
        };
    }

    private void Write(string key, Node node)
    {
        switch (node)
        {
            case Block block:
                foreach (var statement in block.Statements)
                {
                    Write(key, statement);
                }

                break;
            case Act act:
                Acts.Add(line, (key, act.Id));
                Line(dialect.Write(act));
                break;
            case SetFlag set:
                Line(set.Value ? "flag = true;" : "flag = false;");
                break;
            case Reroll reroll:
                Line($"p{reroll.Parameter} = Coin.Toss();");
                break;
            case CallHelper call when IsObject:
                Acts.Add(line, (key, call.Id));
                Line($"{(program.IsAsync ? "await " : "")}H{call.Helper}(p{call.Flag});");
                break;
            case Callback callback:
                Line(callback.IsRepeated ? "Coin.Tosses.ForEach(_ =>" : "await Task.Run(() =>");
                var wasLocal = inLocal;
                inLocal = true;
                Open();
                Write(key, callback.Body);
                Close("});");
                inLocal = wasLocal;
                break;
            case CallHelper call:
                Acts.Add(line, (key, call.Id));
                Line(
                    $"{Dialect.SubjectName(call.Result)} = H{call.Helper}({Dialect.OwnerName(call.Owner)}, "
                        + $"{Dialect.SubjectName(call.Argument)}, p{call.Flag});");
                break;
            case CallLocal call:
                Acts.Add(line, (key, call.Id));
                Line($"L{call.Local}();");
                break;
            case If branch:
                Line($"if ({Ask(branch.Condition)})");
                Body(key, branch.Then);
                if (branch.Else is not null)
                {
                    Line("else");
                    Body(key, branch.Else);
                }

                break;
            case While { AtLeastOnce: true } loop:
                Line("do");
                Body(key, loop.Body);
                Line($"while ({Ask(loop.Condition)});");
                break;
            case While loop:
                Line($"while ({Ask(loop.Condition)})");
                Body(key, loop.Body);
                break;
            case Switch choice:
                Line("switch (n)");
                Open();
                for (var i = 0; i <= choice.Cases.Count; i++)
                {
                    Line(i < choice.Cases.Count ? $"case {i}:" : "default:");
                    Body(key, i < choice.Cases.Count ? choice.Cases[i] : choice.Default);
                    Line("break;");
                }

                Close();
                break;
            case Try attempt:
                Line("try");
                Body(key, attempt.Body);
                if (attempt.Catch != CatchKind.None)
                {
                    Line(attempt.Catch == CatchKind.Any ? "catch (Exception)" : "catch (InvalidOperationException)");
                    Body(key, attempt.Handler);
                }

                if (attempt.Finally is not null)
                {
                    Line("finally");
                    Body(key, attempt.Finally);
                }

                break;
            case Jump jump:
                Line(jump.Kind switch
                {
                    JumpKind.Break => "break;",
                    JumpKind.Continue => "continue;",
                    JumpKind.Return => isHelper && !inLocal && !IsObject ? "return c0;" : "return;",
                    JumpKind.Throw => "throw new InvalidOperationException();",
                    _ => "goto end;",
                });
                break;
        }
    }

    private static string Ask(Condition condition)
    {
        var question = condition.Kind switch
        {
            ConditionKind.Parameter => $"p{condition.Index}",
            ConditionKind.Coin => "Coin.Toss()",
            ConditionKind.Flag => "flag",
            ConditionKind.IsFrozen => $"{Dialect.OwnerName(condition.Index)}.IsBackboneFrozen",
            _ => $"{Dialect.SubjectName(condition.Index)}.IsStale",
        };
        return condition.Negated ? "!" + question : question;
    }

    private void Body(string key, Node node)
    {
        Open();
        Write(key, node);
        Close();
    }

    private void Open()
    {
        Line("{");
        indent++;
    }

    private void Close(string brace = "}")
    {
        indent--;
        Line(brace);
    }

    private void Line(string content)
    {
        text.Append(' ', indent * 4).Append(content).Append('\n');
        line++;
    }
}
