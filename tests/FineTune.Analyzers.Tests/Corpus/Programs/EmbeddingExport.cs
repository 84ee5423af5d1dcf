using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmbeddingExport;

public sealed record Recipe(string Name, long[] Ingredients, long Kitchen);

public sealed class RecipeNet : Module<Tensor, Tensor>
{
    private readonly Embedding ingredients;
    private readonly Linear projection;
    private readonly Linear kitchens;

    public RecipeNet(long ingredientCount, long size, long kitchenCount)
        : base("recipes")
    {
        ingredients = Embedding(ingredientCount, size);
        projection = Linear(size, size);
        kitchens = Linear(size, kitchenCount);
        RegisterComponents();
    }

    public Tensor Embed(Tensor lists) => projection.call(ingredients.call(lists).mean([1])).tanh();

    public override Tensor forward(Tensor lists) => kitchens.call(Embed(lists));
}

public sealed class RecipeIndex
{
    private readonly RecipeNet net;
    private readonly List<Recipe> recipes;

    public RecipeIndex(RecipeNet net, List<Recipe> recipes)
    {
        this.net = net;
        this.recipes = recipes;
    }

    public IEnumerable<(Recipe Recipe, float[] Vector)> Vectors(int batchSize)
    {
        net.eval();
        using var guard = no_grad();
        foreach (var batch in recipes.Chunk(batchSize))
        {
            var vectors = Rows(net.Embed(Collate(batch)));
            foreach (var pair in batch.Zip(vectors))
                yield return pair; // FT3008
        }
    }

    public IEnumerable<string> Similar(string name, int count)
    {
        var index = Vectors(64).ToDictionary(pair => pair.Recipe.Name, pair => pair.Vector);
        var wanted = index[name];
        return index.Where(entry => entry.Key != name)
            .OrderBy(entry => entry.Value.Zip(wanted, (a, b) => (a - b) * (a - b)).Sum())
            .Take(count)
            .Select(entry => entry.Key);
    }

    public static Tensor Collate(IReadOnlyCollection<Recipe> batch) =>
        tensor(batch.SelectMany(recipe => recipe.Ingredients).ToArray()).view(batch.Count, -1);

    private static IEnumerable<float[]> Rows(Tensor matrix)
    {
        using (matrix)
        {
            var width = (int)matrix.shape[1];
            return matrix.data<float>().ToArray().Chunk(width).ToArray();
        }
    }
}

public static class Program
{
    private const int Ingredients = 80;
    private const int Kitchens = 5;

    public static void Main()
    {
        manual_seed(500);
        var recipes = Cook(900).ToList();
        var net = new RecipeNet(Ingredients, 12, Kitchens);
        var optimizer = optim.RMSProp(net.parameters(), 3e-3);
        var random = new Random(6);
        net.train();
        for (var epoch = 0; epoch < 6; epoch++)
        {
            var total = 0f;
            foreach (var batch in Batches(recipes, random, 30))
            {
                using var scope = NewDisposeScope();
                var loss = functional.cross_entropy(
                    net.call(RecipeIndex.Collate(batch)),
                    tensor(batch.Select(recipe => recipe.Kitchen).ToArray()));
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                total += loss.item<float>() * batch.Length;
            }

            Console.WriteLine($"Epoch {epoch}: {total / recipes.Count:F4}");
        }

        var index = new RecipeIndex(net, recipes);
        foreach (var recipe in recipes.Take(3))
            Console.WriteLine($"{recipe.Name}: {string.Join(", ", index.Similar(recipe.Name, 3))}");
    }

    private static IEnumerable<Recipe[]> Batches(List<Recipe> recipes, Random random, int size)
    {
        foreach (var batch in recipes.OrderBy(_ => random.Next()).Chunk(size))
            yield return batch;
    }

    private static IEnumerable<Recipe> Cook(int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            var kitchen = random.Next(Kitchens);
            var ingredients = Enumerable.Range(0, 6).Select(_ => random.Next(4) == 0
                ? random.NextInt64(Ingredients)
                : random.NextInt64(Ingredients / Kitchens) * Kitchens + kitchen);
            yield return new($"dish {i} of kitchen {kitchen}", ingredients.ToArray(), kitchen);
        }
    }
}
