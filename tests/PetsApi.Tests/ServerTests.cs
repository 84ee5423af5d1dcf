using System.Net;
using System.Net.Http.Json;
using FineTune;
using FineTune.SampleSupport.Pictures;
using FineTune.Vision;
using FineTune.Weights;
using Microsoft.AspNetCore.Builder;
using TorchSharp;

namespace PetsApi.Tests;

/// <summary>The server as a program starts it, on a port of its own, over HTTP.</summary>
public sealed class ServerTests
{
    private string folder;
    private string model;
    private string[] pictures;
    private WebApplication server;
    private HttpClient client;

    [OneTimeSetUp]
    public async Task TrainAndServe()
    {
        folder = Directory.CreateTempSubdirectory("pets-api-").FullName;
        model = Path.Combine(folder, "pets.finetune");
        var drawn = new PictureSet("pets", ["cat", "dog"], Train: 24, Validation: 8).Drawn(folder);
        (var train, var validation) = ImageFolder.LoadSplit(drawn, new() { ImageSize = 64 });
        pictures = [.. Enumerable.Range(0, validation.Count).Select(i => validation.Describe(i).Trim('\''))];
        torch.manual_seed(1);
        using (var pets = new PetClassifier())
        {
            var compiled = pets.Compile(Optimizers.Adam(1e-3), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
            compiled.Fit(train, new() { Epochs = 2, ValidationData = validation, Progress = ProgressStyle.None });
            compiled.Save(model);
        }

        server = Server.Build(["--urls=http://127.0.0.1:0", $"--Model={model}", "--Logging:LogLevel:Default=Warning"]);
        await server.StartAsync();
        client = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        client?.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private Task<HttpResponseMessage> Post(byte[] picture) => client.PostAsync("/predict", new ByteArrayContent(picture));

    private async Task<Answer> Predicted(string path)
    {
        using var response = await Post(File.ReadAllBytes(path));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return (await response.Content.ReadFromJsonAsync<Answer>())!;
    }

    [Test]
    public async Task A_picture_is_answered_with_its_label_and_how_probable_it_is()
    {
        using var predictor = Predictor.Load<PetClassifier>(model);

        foreach (var path in pictures)
        {
            var expected = predictor.Predict(path);
            Assert.That(await Predicted(path), Is.EqualTo(new Answer(expected.Label, expected.Probability)), path);
        }
    }

    [Test]
    public async Task The_answer_is_json_with_two_properties()
    {
        using var response = await Post(File.ReadAllBytes(pictures[0]));

        Assert.Multiple(() =>
        {
            Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
            Assert.That(
                response.Content.ReadAsStringAsync().Result,
                Does.Match(@"^\{""label"":""(cat|dog)"",""probability"":[01]\.?\d*(E-\d+)?\}$"));
        });
    }

    [TestCase("not a picture")]
    [TestCase("")]
    public async Task What_is_no_picture_is_a_bad_request_that_says_so(string body)
    {
        using var response = await client.PostAsync("/predict", new StringContent(body));

        var refusal = await response.Content.ReadFromJsonAsync<Refusal>();
        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(refusal!.Error, Does.StartWith("The picture is not a PNG, JPEG, WebP, BMP or GIF picture"));
        });
    }

    [Test]
    public async Task Half_of_a_picture_is_a_bad_request()
    {
        var whole = File.ReadAllBytes(pictures[0]);

        using var response = await Post(whole[..(whole.Length / 2)]);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await response.Content.ReadFromJsonAsync<Refusal>())!.Error, Does.StartWith("The picture is truncated"));
    }

    [Test]
    public async Task Requests_at_the_same_time_get_what_they_get_alone()
    {
        var alone = new Dictionary<string, Answer>();
        foreach (var path in pictures)
        {
            alone[path] = await Predicted(path);
        }

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (request, _) =>
            {
                if (request % 10 == 9)
                {
                    using var response = await Post([1, 2, 3]);
                    Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
                    return;
                }

                var path = pictures[request % pictures.Length];
                Assert.That(await Predicted(path), Is.EqualTo(alone[path]), $"request {request}");
            });
    }

    [Test]
    public void A_server_without_its_model_does_not_start() => Assert.That(
        () => Server.Build([$"--Model={Path.Combine(folder, "none")}"]),
        Throws.TypeOf<WeightsFileException>().With.Message.EndsWith("does not exist."));
}
