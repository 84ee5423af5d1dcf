using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Reductions: over all elements, or along dimensions.
    public partial class Tensor
    {
        public Tensor all() => Aten.Call("all", this);
        public Tensor all(long dim, bool keepdim = false) => Aten.Call("all.dim", this, dim, keepdim);
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => Aten.CallBool("allclose", this, target, rtol, atol, equal_nan);
        public Tensor amax(params long[] dims) => Aten.Call("amax", this, dims);
        public Tensor amin(params long[] dims) => Aten.Call("amin", this, dims);
        public (Tensor min, Tensor max) aminmax(long? dim = null, bool keepdim = false) => Aten.CallMany("aminmax", this, dim, keepdim).Two();
        public Tensor any() => Aten.Call("any", this);
        public Tensor any(long dim, bool keepdim = false) => Aten.Call("any.dim", this, dim, keepdim);
        public Tensor argmax() => Aten.Call("argmax", this);
        public Tensor argmax(long dim, bool keepdim = false) => Aten.Call("argmax", this, dim, keepdim);
        public Tensor argmin() => Aten.Call("argmin", this);
        public Tensor argmin(long dim, bool keepdim = false) => Aten.Call("argmin", this, dim, keepdim);
        public Tensor argsort(long dim = -1, bool descending = false) => Aten.Call("argsort", this, dim, descending);
        public Tensor bincount(Tensor? weights, long minlength = 0) => Aten.Call("bincount", this, weights, minlength);
        public Tensor count_nonzero(long[]? dims = null) => Aten.Call("count_nonzero.dim_IntList", this, dims);
        public (Tensor values, Tensor indexes) cummax(long dim) => Aten.CallMany("cummax", this, dim).Two();
        public (Tensor values, Tensor indexes) cummin(long dim) => Aten.CallMany("cummin", this, dim).Two();
        public Tensor cumprod(long dim, ScalarType? type = null) => Aten.Call("cumprod", this, dim, type);
        public Tensor cumsum(long dim, ScalarType? type = null) => Aten.Call("cumsum", this, dim, type);
        public Tensor diff(long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => Aten.Call("diff", this, n, dim, prepend, append);
        public Tensor dist(Tensor other, float p = 2.0f) => Aten.Call("dist", this, other, p);
        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) => Aten.CallMany("kthvalue", this, k, dim, keepdim).Two();
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Aten.CallMany("max.dim", this, dim, keepdim).Two();
        public Tensor max() => Aten.Call("max", this);
        public Tensor mean() => Aten.Call("mean", this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Aten.Call("mean.dim", this, dimensions, keepdim, type);
        public Tensor median() => Aten.Call("median", this);
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Aten.CallMany("min.dim", this, dim, keepdim).Two();
        public Tensor min() => Aten.Call("min", this);
        public Tensor nanmedian() => Aten.Call("nanmedian", this);
        public Tensor nanquantile(Tensor q, long dim = -1, bool keepdim = false) => Aten.Call("nanquantile", this, q, dim, keepdim);
        public Tensor nansum() => Aten.Call("nansum", this);
        public Tensor norm(float p = 2.0f) => Aten.Call("norm.Scalar", this, p);
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Aten.Call("quantile", this, q, dim, keepdim);
        public Tensor std(bool unbiased = true) => Aten.Call("std", this, unbiased);
        public (Tensor std, Tensor mean) std_mean(bool unbiased = true) => Aten.CallMany("std_mean", this, unbiased).Two();
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Aten.Call("sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(ScalarType? type = null) => Aten.Call("sum", this, type);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Aten.Call("sum.dim_IntList", this, dim, keepdim, type);
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) => Aten.CallMany("topk", this, k, dim, largest, sorted).Two();
        public Tensor trace() => Aten.Call("trace", this);
        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique_consecutive(bool return_inverse = false, bool return_counts = false, int? dim = null) => Aten.CallMany("unique_consecutive", this, return_inverse, return_counts, dim).Three();
        public Tensor var(bool unbiased = true) => Aten.Call("var", this, unbiased);
        public (Tensor @var, Tensor mean) var_mean(bool unbiased = true) => Aten.CallMany("var_mean", this, unbiased).Two();

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Aten.Call("sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1, dim2], keepdim, type);
        public Tensor logsumexp(long dim, bool keepdim = false) => Aten.Call("logsumexp", this, dim, keepdim);
        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Aten.Call("norm.ScalarOpt_dim", this, p, dim, keepdim);
        public Tensor nanmean(int? dim = null, bool keepdim = false, ScalarType? dtype = null) => Aten.Call("nanmean", this, dim, keepdim, dtype);
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) => Aten.CallMany("sort.stable", this, stable, dim, descending).Two();
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.Call("std.dim", this, dim, unbiased, keepdim).Typed(type);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.Call("std.dim", this, dimensions, unbiased, keepdim).Typed(type);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.Call("std.dim", this, dimensions, unbiased, keepdim).Typed(type);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.Call("var.dim", this, dim, unbiased, keepdim).Typed(type);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.Call("var.dim", this, dimensions, unbiased, keepdim).Typed(type);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.Call("var.dim", this, dimensions, unbiased, keepdim).Typed(type);
        public (Tensor std, Tensor mean) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.CallMany("std_mean.dim", this, dim, unbiased, keepdim).Typed(type).Two();
        public (Tensor std, Tensor mean) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.CallMany("std_mean.dim", this, dimensions, unbiased, keepdim).Typed(type).Two();
        public (Tensor std, Tensor mean) std_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.CallMany("std_mean.dim", this, dimensions, unbiased, keepdim).Typed(type).Two();
        public (Tensor @var, Tensor mean) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.CallMany("var_mean.dim", this, dim, unbiased, keepdim).Typed(type).Two();
        public (Tensor std, Tensor mean) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.CallMany("var_mean.dim", this, dimensions, unbiased, keepdim).Typed(type).Two();
        public (Tensor std, Tensor mean) var_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Aten.CallMany("var_mean.dim", this, dimensions, unbiased, keepdim).Typed(type).Two();
        public Tensor logcumsumexp(long dim) => Aten.Call("logcumsumexp", this, dim);
        public (Tensor values, Tensor indices) mode(long dim = -1L, bool keepdim = false) => Aten.CallMany("mode", this, dim, keepdim).Two();
        public Tensor msort() => Aten.Call("msort", this);
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => @out is null ? Aten.Call("amax", this, dims, keepdim) : Aten.Call("amax.out", this, dims, keepdim, @out);
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amax(dims.ToArray(), keepdim, @out);
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => @out is null ? Aten.Call("amin", this, dims, keepdim) : Aten.Call("amin.out", this, dims, keepdim, @out);
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => amin(dims.ToArray(), keepdim, @out);

        /// <summary>The different values; where each element's is among them; how often each occurs.</summary>
        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            (Tensor values, Tensor inverse, Tensor counts) = (dim is null
                ? Aten.CallMany("_unique2", this, sorted, return_inverse, return_counts)
                : Aten.CallMany("unique_dim", this, dim.Value, sorted, return_inverse, return_counts)).Three();
            if (!return_inverse) inverse.Dispose();
            if (!return_counts) counts.Dispose();
            return (values, return_inverse ? inverse : null, return_counts ? counts : null);
        }
    }
}
