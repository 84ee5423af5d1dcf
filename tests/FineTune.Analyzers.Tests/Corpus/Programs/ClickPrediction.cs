using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClickPrediction;

internal sealed record Visit(long User, long Article, float[] Context, bool Clicked);

internal sealed class ClickModel : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly Embedding users;
    private readonly Embedding articles;
    private readonly Linear context;
    private readonly Sequential deep;
    private readonly Linear wide;

    public ClickModel(long userCount, long articleCount, long contextSize)
        : base("clicks")
    {
        users = Embedding(userCount, 8);
        articles = Embedding(articleCount, 8);
        context = Linear(contextSize, 8);
        deep = Sequential(Linear(24, 32), ReLU(), Dropout(0.1), Linear(32, 1));
        wide = Linear(contextSize, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor user, Tensor article, Tensor circumstances)
    {
        var joined = cat([users.call(user), articles.call(article), context.call(circumstances)], 1);
        return (deep.call(joined) + wide.call(circumstances)).squeeze(1);
    }
}

internal sealed class VisitLog
{
    private const int Users = 60;
    private const int Articles = 40;

    private readonly Random random;

    public VisitLog(int seed) => random = new Random(seed);

    public static ClickModel NewModel() => new(Users, Articles, 4);

    public List<Visit> Read(int count)
    {
        var visits = new List<Visit>(count);
        while (visits.Count < count)
        {
            var (user, article) = (random.NextInt64(Users), random.NextInt64(Articles));
            var context = Enumerable.Range(0, 4).Select(_ => random.NextSingle()).ToArray();
            var interest = (user % 4 == article % 4 ? 1.5 : -1.5) + context[0] - context[1];
            visits.Add(new(user, article, context, random.NextDouble() < 1 / (1 + Math.Exp(-interest))));
        }

        return visits;
    }
}

internal static class Program
{
    private static readonly BCEWithLogitsLoss Criterion = BCEWithLogitsLoss();

    private static void Main()
    {
        manual_seed(404);
        var log = new VisitLog(3);
        var (training, testing) = (log.Read(3000), log.Read(600));
        using var model = VisitLog.NewModel();
        using var optimizer = optim.Adagrad(model.parameters(), 0.05);
        var order = new Random(11);
        for (var epoch = 0; epoch < 8; epoch++)
        {
            model.train();
            var loss = training.OrderBy(_ => order.Next()).Chunk(100).Select(batch => Train(model, optimizer, batch)).Average();
            Console.WriteLine($"Epoch {epoch}: loss {loss:F4}, area under the curve {Area(model, testing):F4}");
        }
    }

    private static float Train(ClickModel model, optim.Optimizer optimizer, Visit[] batch)
    {
        using var scope = NewDisposeScope();
        var (users, articles, contexts, clicked) = Collate(batch);
        optimizer.zero_grad();
        var probability = sigmoid(model.call(users, articles, contexts));
        var loss = Criterion.call(probability, clicked); // FT3016
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    /// <summary>How often a visit with a click is ranked before one without.</summary>
    private static double Area(ClickModel model, List<Visit> visits)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (users, articles, contexts, _) = Collate(visits);
        var scores = sigmoid(model.call(users, articles, contexts)).data<float>().ToArray();
        var ranked = scores.Zip(visits, (score, visit) => (score, visit.Clicked)).OrderBy(pair => pair.score).ToList();
        var (below, sum) = (0L, 0L);
        foreach (var (_, clicked) in ranked)
        {
            if (clicked)
                sum += below;
            else
                below++;
        }

        return (double)sum / below / (ranked.Count - below);
    }

    private static (Tensor Users, Tensor Articles, Tensor Contexts, Tensor Clicked) Collate(IReadOnlyCollection<Visit> visits) => (
        tensor(visits.Select(visit => visit.User).ToArray()),
        tensor(visits.Select(visit => visit.Article).ToArray()),
        tensor(visits.SelectMany(visit => visit.Context).ToArray()).view(visits.Count, -1),
        tensor(visits.Select(visit => visit.Clicked ? 1f : 0f).ToArray()));
}
