using System.Diagnostics;
using System.Text.Json;
using FineTune.Analyzers.Tests.Samples;
using StreamJsonRpc;

namespace FineTune.Analyzers.Tests.Editor;

/// <summary>The language server of the repository's tool manifest with a project open, and an editor's side of what the two say.</summary>
internal sealed class LanguageServer : IAsyncDisposable
{
    // Until the project is loaded, nothing is answered.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly JsonRpc rpc;
    private int version;

    private LanguageServer(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += static (_, line) => TestContext.Progress.WriteLine(line.Data);
        process.BeginErrorReadLine();
        var formatter = new SystemTextJsonFormatter();
        rpc = new(new HeaderDelimitedMessageHandler(process.StandardInput.BaseStream, process.StandardOutput.BaseStream, formatter));
        rpc.AddLocalRpcTarget(new Editor());
        rpc.StartListening();
    }

    /// <summary>Starts the server on a project that is restored.</summary>
    public static async Task<LanguageServer> Start(SampleProject project)
    {
        var server = new LanguageServer(project.StartTool("csharp-ls --loglevel error"));
        await server.Ask(
            "initialize",
            new
            {
                processId = Environment.ProcessId,
                rootUri = UriOf(project.Folder),
                workspaceFolders = new[] { new { uri = UriOf(project.Folder), name = "sample" } },
                capabilities = new
                {
                    workspace = new { configuration = true },
                    textDocument = new { diagnostic = new { dynamicRegistration = true } },
                },
            });
        await server.Tell("initialized", new { });
        return server;
    }

    /// <summary>Opens a file.</summary>
    public Task Open(string file) =>
        Tell(
            "textDocument/didOpen",
            new { textDocument = new { uri = UriOf(file), languageId = "csharp", version, text = File.ReadAllText(file) } });

    /// <summary>Writes another text in an open file, and not on the disk.</summary>
    public Task Change(string file, string text) =>
        Tell(
            "textDocument/didChange",
            new { textDocument = new { uri = UriOf(file), version = ++version }, contentChanges = new[] { new { text } } });

    /// <summary>What is wrong in a file.</summary>
    public async Task<IEnumerable<JsonElement>> Diagnose(string file) =>
        (await Ask("textDocument/diagnostic", new { textDocument = new { uri = UriOf(file) } })).GetProperty("items").EnumerateArray();

    /// <summary>What there is to say of a place in a file: its <c>completion</c>, <c>hover</c> or <c>definition</c>.</summary>
    public Task<JsonElement> At(string file, (int Line, int Character) place, string what) =>
        Ask(
            $"textDocument/{what}",
            new { textDocument = new { uri = UriOf(file) }, position = new { line = place.Line, character = place.Character } });

    /// <summary>The text of a file that is not on the disk.</summary>
    public async Task<string> Read(string uri) =>
        (await Ask("csharp/metadata", new { textDocument = new { uri } })).GetProperty("source").GetString()!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        rpc.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static string UriOf(string path) => new Uri(path).AbsoluteUri;

    private Task<JsonElement> Ask(string method, object parameters) =>
        rpc.InvokeWithParameterObjectAsync<JsonElement>(method, parameters).WaitAsync(Patience);

    private Task Tell(string method, object parameters) => rpc.NotifyWithParameterObjectAsync(method, parameters);

    /// <summary>What the server asks.</summary>
    private sealed class Editor
    {
        /// <summary>Analyzers are run, and generated code has an address.</summary>
        [JsonRpcMethod("workspace/configuration", UseSingleObjectParameterDeserialization = true)]
        public object[] Configure(JsonElement asked) =>
            [.. asked.GetProperty("items").EnumerateArray().Select(static _ => new { analyzersEnabled = true, useMetadataUris = true })];

        [JsonRpcMethod("client/registerCapability", UseSingleObjectParameterDeserialization = true)]
        public void Register(JsonElement capabilities) => _ = capabilities;
    }
}
