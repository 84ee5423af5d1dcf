namespace FineTune.SampleSupport.Pictures;

/// <summary>The signed distance of a point from the edge of a shape: negative inside.</summary>
internal delegate float Shape(float x, float y);

/// <summary>Signed distances, after Inigo Quilez (<see href="https://iquilezles.org/articles/distfunctions2d/"/>).</summary>
internal static class Shapes
{
    public static Shape Circle(float centreX, float centreY, float radius) =>
        (x, y) => MathF.Sqrt((x - centreX) * (x - centreX) + (y - centreY) * (y - centreY)) - radius;

    /// <summary>Exact on the edge, close to it nearby.</summary>
    public static Shape Ellipse(float centreX, float centreY, float radiusX, float radiusY) => (x, y) =>
    {
        float u = (x - centreX) / radiusX, v = (y - centreY) / radiusY;
        var length = MathF.Sqrt(u * u + v * v);
        var slope = MathF.Sqrt(u * u / (radiusX * radiusX) + v * v / (radiusY * radiusY));
        return slope == 0 ? -MathF.Min(radiusX, radiusY) : length * (length - 1) / slope;
    };

    /// <summary>A line with round ends.</summary>
    public static Shape Capsule(float fromX, float fromY, float toX, float toY, float radius) => (x, y) =>
    {
        float dx = toX - fromX, dy = toY - fromY;
        var along = Math.Clamp(((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy), 0, 1);
        float u = x - fromX - along * dx, v = y - fromY - along * dy;
        return MathF.Sqrt(u * u + v * v) - radius;
    };

    public static Shape Polygon(params (float X, float Y)[] corners) => (x, y) =>
    {
        var nearest = float.MaxValue;
        var inside = false;
        var previous = corners[^1];
        foreach (var corner in corners)
        {
            float dx = previous.X - corner.X, dy = previous.Y - corner.Y;
            var along = Math.Clamp(((x - corner.X) * dx + (y - corner.Y) * dy) / (dx * dx + dy * dy), 0, 1);
            float u = x - corner.X - along * dx, v = y - corner.Y - along * dy;
            nearest = MathF.Min(nearest, u * u + v * v);
            if (corner.Y > y != previous.Y > y && x < corner.X + dx * (y - corner.Y) / dy)
            {
                inside = !inside;
            }

            previous = corner;
        }

        return inside ? -MathF.Sqrt(nearest) : MathF.Sqrt(nearest);
    };

    /// <summary>A regular star; with equal radii, a regular polygon of twice the points.</summary>
    public static Shape Star(int points, float outer, float inner) => Polygon(
        [.. Enumerable.Range(0, 2 * points).Select(i =>
        {
            (var sin, var cos) = MathF.SinCos(MathF.PI * i / points);
            var radius = i % 2 == 0 ? outer : inner;
            return (radius * sin, -radius * cos);
        })]);

    /// <summary>What is in the first but not in the second.</summary>
    public static Shape Without(this Shape shape, Shape hole) => (x, y) => MathF.Max(shape(x, y), -hole(x, y));
}
