namespace FineTune.Vision;

/// <summary>
/// Where a picture's pixels come from: the pixel at (x, y) is that at (Xx·x + Xy·y + X, Yx·x + Yy·y + Y) of the picture before, in
/// pixels from the centre, y pointing down.
/// </summary>
internal readonly record struct Movement(double Xx, double Xy, double X, double Yx, double Yy, double Y)
{
    /// <summary>Counterclockwise about the centre.</summary>
    public static Movement Rotation(double degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        return new(cos, -sin, 0, sin, cos, 0);
    }

    /// <summary>Rows shifted the more to the left the lower they are, the first of them not at all.</summary>
    public static Movement ShearX(double by, double height) => new(1, by, by * height / 2, 0, 1, 0);

    /// <summary>Columns shifted the more upwards the further right they are, the first of them not at all.</summary>
    public static Movement ShearY(double by, double width) => new(1, 0, 0, by, 1, by * width / 2);

    /// <summary>To the right and down.</summary>
    public static Movement Translation(double right, double down) => new(1, 0, -right, 0, 1, -down);
}
