// A service that trains when it is asked to, and here asks itself.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
var app = builder.Build();
app.MapGet("/train", Training.Run);
app.MapGet("/race", () => Training.Race(TimeSpan.FromSeconds(3)));
await app.StartAsync();

using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
Console.WriteLine(await client.GetStringAsync("/train"));
Console.WriteLine(await client.GetStringAsync("/race"));
await app.StopAsync();
