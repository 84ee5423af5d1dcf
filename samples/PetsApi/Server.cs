using FineTune;
using FineTune.Data;
using TorchSharp;

namespace PetsApi;

/// <summary>A picture posted to <c>/predict</c> is answered with what is on it.</summary>
internal static class Server
{
    public static WebApplication Build(string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(arguments);
        var file = builder.Configuration["Model"] ?? "pets.finetune";

        // One model for all requests: any number of them may predict at a time, each on a core of its own.
        torch.set_num_threads(1);
        builder.Services.AddSingleton(_ => Predictor.Load<PetClassifier>(file));

        var app = builder.Build();
        app.MapPost("/predict", async (Stream body, Predictor predictor, CancellationToken cancellation) =>
        {
            try
            {
                var pet = await predictor.PredictAsync(body, cancellation);
                return Results.Ok(new Answer(pet.Label, pet.Probability));
            }
            catch (DamagedSampleException exception)
            {
                return Results.BadRequest(new Refusal(exception.Message));
            }
        });

        // A file that cannot be loaded is an error now, and not at the first request.
        app.Services.GetRequiredService<Predictor>();
        return app;
    }
}

/// <summary>What is on the picture.</summary>
internal sealed record Answer(string Label, double Probability);

/// <summary>Why there is no answer.</summary>
internal sealed record Refusal(string Error);
