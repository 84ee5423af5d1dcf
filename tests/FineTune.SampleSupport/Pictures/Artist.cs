using TorchSharp;
using static FineTune.SampleSupport.Pictures.Shapes;

namespace FineTune.SampleSupport.Pictures;

/// <summary>
/// Draws one picture: a subject in a random pose and colours, on a random background, with noise. Kinds of subject
/// differ in their shapes alone.
/// </summary>
internal sealed class Artist(Random random, int size)
{
    private static readonly Colour Black = new(0.08f, 0.07f, 0.07f);
    private static readonly Colour[] Furs =
    [
        new(0.85f, 0.55f, 0.25f),
        new(0.45f, 0.3f, 0.2f),
        new(0.6f, 0.6f, 0.62f),
        new(0.9f, 0.85f, 0.75f),
        new(0.25f, 0.22f, 0.2f),
        new(0.75f, 0.65f, 0.5f),
    ];

    private readonly Canvas canvas = new(size);

    /// <summary>A picture of shape [3, size, size] and type Byte.</summary>
    /// <param name="kind">One of <see cref="PictureSet.Animals"/> or <see cref="PictureSet.Figures"/>.</param>
    public torch.Tensor Draw(string kind)
    {
        PaintBackground();
        canvas.Pose = new Pose(Between(-0.5f, 0.5f), Between(0.5f, 0.85f), Between(-0.2f, 0.2f), Between(-0.15f, 0.2f));
        switch (kind)
        {
            case "cat":
                PaintCat();
                break;
            case "dog":
                PaintDog();
                break;
            default:
                canvas.Paint(Figure(kind), AnyColour());
                break;
        }

        return canvas.Develop(random, noise: Between(0.02f, 0.06f));
    }

    // Pointed ears, a round face, slit pupils, whiskers.
    private void PaintCat()
    {
        var fur = Fur();
        foreach (var side in (int[])[-1, 1])
        {
            var tip = Between(0.9f, 1.1f);
            canvas.Paint(Polygon((side * 0.72f, -0.1f), (side * 0.66f, -tip), (side * 0.12f, -0.45f)), fur.Times(0.9f));
            canvas.Paint(
                Polygon((side * 0.6f, -0.25f), (side * 0.59f, -tip + 0.22f), (side * 0.28f, -0.45f)),
                new Colour(0.85f, 0.6f, 0.6f));
        }

        canvas.Paint(Ellipse(0, 0, Between(0.68f, 0.8f), Between(0.58f, 0.66f)), fur);
        if (random.Next(2) == 0)
        {
            foreach (var stripe in (int[])[-1, 0, 1])
            {
                canvas.Paint(Capsule(stripe * 0.17f, -0.52f, stripe * 0.12f, -0.33f, 0.04f), fur.Times(0.55f));
            }
        }

        Colour iris = random.Next(2) == 0 ? new(0.75f, 0.85f, 0.3f) : new(0.4f, 0.7f, 0.85f);
        foreach (var side in (int[])[-1, 1])
        {
            canvas.Paint(Ellipse(side * 0.3f, -0.1f, 0.15f, 0.12f), iris);
            canvas.Paint(Ellipse(side * 0.3f, -0.1f, 0.04f, 0.12f), Black);
            foreach (var whisker in (int[])[-1, 0, 1])
            {
                canvas.Paint(
                    Capsule(side * 0.2f, 0.25f + whisker * 0.04f, side * 0.95f, 0.22f + whisker * 0.16f, 0.015f),
                    new Colour(0.95f, 0.95f, 0.95f));
            }
        }

        canvas.Paint(Polygon((-0.1f, 0.14f), (0.1f, 0.14f), (0, 0.25f)), new Colour(0.8f, 0.45f, 0.45f));
        canvas.Paint(Capsule(0, 0.25f, 0, 0.38f, 0.02f), Black);
    }

    // Hanging ears, a long face with a muzzle, round pupils, sometimes a tongue.
    private void PaintDog()
    {
        var fur = Fur();
        canvas.Paint(Ellipse(0, 0, Between(0.56f, 0.66f), Between(0.68f, 0.8f)), fur);
        if (random.Next(2) == 0)
        {
            canvas.Paint(Ellipse(0.25f, -0.15f, 0.26f, 0.3f), fur.Times(0.6f));
        }

        foreach (var side in (int[])[-1, 1])
        {
            canvas.Paint(Capsule(side * 0.55f, -0.45f, side * Between(0.7f, 0.85f), Between(0.1f, 0.35f), 0.19f), fur.Times(0.65f));
        }

        if (random.Next(2) == 0)
        {
            canvas.Paint(Capsule(0, 0.55f, 0, 0.8f, 0.12f), new Colour(0.9f, 0.4f, 0.45f));
        }

        canvas.Paint(Ellipse(0, 0.34f, 0.34f, Between(0.28f, 0.34f)), fur.Towards(new Colour(1, 1, 1), 0.45f));
        foreach (var side in (int[])[-1, 1])
        {
            canvas.Paint(Circle(side * 0.24f, -0.15f, 0.12f), new Colour(0.95f, 0.95f, 0.95f));
            canvas.Paint(Circle(side * 0.24f, -0.14f, 0.08f), Black);
        }

        canvas.Paint(Ellipse(0, 0.2f, 0.16f, 0.11f), Black);
        canvas.Paint(Capsule(0, 0.3f, 0, 0.48f, 0.02f), Black);
    }

    private static Shape Figure(string kind) =>
        kind switch
        {
            "circle" => Circle(0, 0, 0.85f),
            "cross" => Polygon(
                (-0.3f, -0.9f),
                (0.3f, -0.9f),
                (0.3f, -0.3f),
                (0.9f, -0.3f),
                (0.9f, 0.3f),
                (0.3f, 0.3f),
                (0.3f, 0.9f),
                (-0.3f, 0.9f),
                (-0.3f, 0.3f),
                (-0.9f, 0.3f),
                (-0.9f, -0.3f),
                (-0.3f, -0.3f)),
            "ring" => Circle(0, 0, 0.9f).Without(Circle(0, 0, 0.5f)),
            "square" => Polygon((-0.75f, -0.75f), (0.75f, -0.75f), (0.75f, 0.75f), (-0.75f, 0.75f)),
            "star" => Star(5, 1, 0.45f),
            "triangle" => Polygon((0, -0.95f), (0.9f, 0.7f), (-0.9f, 0.7f)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Nobody has learnt to draw this."),
        };

    private void PaintBackground()
    {
        canvas.PaintBackground(AnyColour(), AnyColour());
        for (var blots = random.Next(4); blots > 0; blots--)
        {
            float x = Between(-1, 1),
                y = Between(-1, 1);
            var blot =
                random.Next(2) == 0
                    ? Ellipse(x, y, Between(0.1f, 0.4f), Between(0.1f, 0.4f))
                    : Capsule(x, y, Between(-1, 1), Between(-1, 1), Between(0.03f, 0.12f));
            canvas.Paint(blot, AnyColour());
        }
    }

    private Colour Fur() => Furs[random.Next(Furs.Length)].Times(Between(0.8f, 1.15f));

    private Colour AnyColour() => new(Between(0.1f, 0.95f), Between(0.1f, 0.95f), Between(0.1f, 0.95f));

    private float Between(float low, float high) => low + (high - low) * random.NextSingle();
}
