using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MenuTranslator;

public sealed class DishNet : Module<Tensor, Tensor>
{
    private readonly Embedding words;
    private readonly MultiheadAttention attention;
    private readonly LayerNorm norm;
    private readonly Linear output;

    public DishNet(long vocabulary, long width, long courses)
        : base("dishes")
    {
        words = Embedding(vocabulary, width);
        attention = MultiheadAttention(width, 2);
        norm = LayerNorm(width);
        output = Linear(width, courses);
        RegisterComponents();
    }

    public override Tensor forward(Tensor dishes)
    {
        var embedded = words.call(dishes).transpose(0, 1);
        var (attended, _) = attention.call(embedded, embedded, embedded, null, false, null);
        return output.call(norm.call(embedded + attended).mean([0]));
    }
}

public sealed record Dish(long[] Words, long Course);

public sealed class Menu
{
    public static readonly string[] Courses = ["starter", "main", "dessert"];

    private const int Words = 60;
    private readonly Random random = new(31);

    public DishNet NewNet() => new(Words, 16, Courses.Length);

    public List<Dish> Write(int count) => Enumerable.Range(0, count).Select(_ =>
    {
        var course = random.Next(Courses.Length);
        var words = Enumerable.Range(0, 5).Select(_ => random.Next(2) == 0
            ? random.NextInt64(Words)
            : course * (Words / 3) + random.NextInt64(Words / 3));
        return new Dish(words.ToArray(), course);
    }).ToList();
}

public sealed class MenuWorker
{
    private readonly DishNet net;
    private readonly optim.Optimizer optimizer;

    public MenuWorker(DishNet net)
    {
        this.net = net;
        optimizer = optim.AdamW(net.parameters(), 3e-3);
    }

    public async Task<float> TrainAsync(IReadOnlyList<Dish> dishes, int epochs, IProgress<(int Epoch, float Loss)> progress)
    {
        var last = 0f;
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            last = await Task.Run(() => Epoch(dishes));
            progress.Report((epoch, last));
        }

        return last;
    }

    public async Task<int> ExportAsync(IEnumerable<Dish> dishes, TextWriter writer)
    {
        net.eval();
        var right = 0;
        using (no_grad())
        {
            foreach (var dish in dishes)
            {
                using var scores = net.call(tensor(dish.Words).unsqueeze(0));
                using var best = scores.argmax(1);
                var course = best.item<long>();
                right += course == dish.Course ? 1 : 0;
                await writer.WriteLineAsync($"{string.Join(' ', dish.Words)}: {Menu.Courses[course]}"); // FT3008
            }
        }

        await writer.FlushAsync();
        return right;
    }

    private float Epoch(IReadOnlyList<Dish> dishes)
    {
        net.train();
        var total = 0f;
        foreach (var batch in dishes.OrderBy(_ => Random.Shared.Next()).Chunk(30))
        {
            using var scope = NewDisposeScope();
            var words = tensor(batch.SelectMany(dish => dish.Words).ToArray()).view(batch.Length, -1);
            var loss = functional.cross_entropy(net.call(words), tensor(batch.Select(dish => dish.Course).ToArray()));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            total += loss.item<float>() * batch.Length;
        }

        return total / dishes.Count;
    }
}

public static class Program
{
    public static async Task Main(string[] args)
    {
        manual_seed(17);
        var menu = new Menu();
        var worker = new MenuWorker(menu.NewNet());
        var loss = await worker.TrainAsync(
            menu.Write(1200), 6, new Progress<(int Epoch, float Loss)>(report => Console.WriteLine($"{report.Epoch}: {report.Loss:F4}")));
        Console.WriteLine($"At last {loss:F4}");

        await using var writer = args.Length > 0 ? new StreamWriter(args[0]) : new StreamWriter(Stream.Null);
        var right = await worker.ExportAsync(menu.Write(200), writer);
        Console.WriteLine($"{right / 2.0:F1} % are on the right course.");
    }
}
