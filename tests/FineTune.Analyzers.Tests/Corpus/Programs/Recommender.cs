using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Recommender;

public record Rating(int User, int Movie, float Stars);

public class MatrixFactorization : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding users;
    private readonly Embedding movies;
    private readonly Embedding userBias;
    private readonly Embedding movieBias;
    private readonly Parameter mean;

    public MatrixFactorization(int userCount, int movieCount, int factors, float average)
        : base("factors")
    {
        users = Embedding(userCount, factors);
        movies = Embedding(movieCount, factors);
        userBias = Embedding(userCount, 1);
        movieBias = Embedding(movieCount, 1);
        mean = Parameter(tensor(new[] { average }));
        init.normal_(users.weight!, 0, 0.05);
        init.normal_(movies.weight!, 0, 0.05);
        init.zeros_(userBias.weight!);
        init.zeros_(movieBias.weight!);
        RegisterComponents();
    }

    public override Tensor forward(Tensor user, Tensor movie)
    {
        var product = (users.call(user) * movies.call(movie)).sum(-1);
        return product + userBias.call(user).squeeze(-1) + movieBias.call(movie).squeeze(-1) + mean;
    }
}

public static class Program
{
    public static void Main(string[] args)
    {
        manual_seed(0);
        var ratings = File.ReadLines(args.Length > 0 ? args[0] : "ratings.dat")
            .Select(line => line.Split("::"))
            .Select(cells => new Rating(int.Parse(cells[0]), int.Parse(cells[1]), float.Parse(cells[2])))
            .ToArray();
        new Random(0).Shuffle(ratings);
        var test = ratings[..(ratings.Length / 10)];
        var train = ratings[(ratings.Length / 10)..];

        var model = new MatrixFactorization(
            ratings.Max(rating => rating.User) + 1,
            ratings.Max(rating => rating.Movie) + 1,
            40,
            train.Average(rating => rating.Stars));
        var optimizer = optim.Adagrad(model.parameters(), 0.05);
        var (best, bad) = (double.MaxValue, 0);
        for (var epoch = 0; epoch < 50; epoch++)
        {
            var trainError = Pass(model, train, optimizer);
            var testError = Pass(model, test, null);
            Console.WriteLine($"{epoch,2}: train {trainError:F4}, test {testError:F4}");
            if (testError < best - 1e-4)
            {
                (best, bad) = (testError, 0);
                model.save("factors.bin");
            }
            else if (++bad == 3)
            {
                break;
            }
        }

        model.load("factors.bin");
        Recommend(model, user: 1, ratings);
    }

    /// <summary>One pass over the ratings; trains where there is an optimizer.</summary>
    private static double Pass(MatrixFactorization model, Rating[] ratings, optim.Optimizer? optimizer)
    {
        model.train(optimizer is not null);
        using var mode = set_grad_enabled(optimizer is not null);
        double sum = 0;
        foreach (var batch in ratings.Chunk(4096))
        {
            using var scope = NewDisposeScope();
            var users = tensor(batch.Select(rating => (long)rating.User).ToArray());
            var movies = tensor(batch.Select(rating => (long)rating.Movie).ToArray());
            var stars = tensor(batch.Select(rating => rating.Stars).ToArray());
            var loss = functional.mse_loss(model.call(users, movies), stars);
            sum += loss.ToDouble() * batch.Length;
            if (optimizer is null)
                continue;
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }

        return Math.Sqrt(sum / ratings.Length);
    }

    private static void Recommend(MatrixFactorization model, int user, Rating[] ratings)
    {
        model.eval();
        using var _ = no_grad();
        var seen = ratings.Where(rating => rating.User == user).Select(rating => rating.Movie).ToHashSet();
        var candidates = ratings.Select(rating => rating.Movie).Distinct().Where(movie => !seen.Contains(movie)).ToArray();
        var scores = model.call(
            full(new long[] { candidates.Length }, user, dtype: ScalarType.Int64),
            tensor(candidates.Select(movie => (long)movie).ToArray()));
        var (values, indices) = scores.topk(10, 0);
        foreach (var (score, index) in values.data<float>().ToArray().Zip(indices.data<long>().ToArray()))
            Console.WriteLine($"movie {candidates[index]}: {score:F2}");
    }
}
