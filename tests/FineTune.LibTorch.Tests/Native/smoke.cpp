// Calls every exported function once or more, good and bad arguments alike, and releases all that it was given:
// compiled with the sources of the library under AddressSanitizer, it must end without a complaint.
#include "abi.h"

#include <cstdio>
#include <cstring>

#define DECLARE(name, ...) extern "C" const char* name(__VA_ARGS__)

struct TensorInfo {
    const int64_t* sizes;
    const int64_t* strides;
    void* data;
    int64_t dimensions, elements, offset, elementSize;
    int32_t type, deviceType, deviceIndex, flags;
};

DECLARE(ft_operator_find, const char*, void**);
DECLARE(ft_operator_call, void*, const Value*, int64_t, Value*, int64_t*);
extern "C" void ft_tensor_release(void*);
DECLARE(ft_tensor_info, void*, TensorInfo*);
DECLARE(ft_tensor_set_requires_grad, void*, bool);
DECLARE(ft_tensor_grad, void*, void**);
DECLARE(ft_tensor_set_grad, void*, void*);
DECLARE(ft_tensor_set_data, void*, void*);
DECLARE(ft_backward, void* const*, int64_t, void* const*, int64_t, bool, bool, void* const*, int64_t);
DECLARE(ft_grad, void* const*, int64_t, void* const*, int64_t, void* const*, int64_t, bool, bool, bool, void**);
extern "C" bool ft_grad_mode();
extern "C" void ft_set_grad_mode(bool);
extern "C" int32_t ft_threads();
DECLARE(ft_set_threads, int32_t);
extern "C" int32_t ft_interop_threads();
DECLARE(ft_set_interop_threads, int32_t);
extern "C" void* ft_generator_default();
extern "C" void* ft_generator_new(uint64_t);
extern "C" void ft_generator_release(void*);
DECLARE(ft_generator_set_seed, void*, uint64_t);
DECLARE(ft_generator_seed, void*, uint64_t*);
DECLARE(ft_generator_initial_seed, void*, uint64_t*);
DECLARE(ft_generator_state, void*, void**);
DECLARE(ft_generator_set_state, void*, void*);
DECLARE(ft_optimizer_step, int32_t, const double*, const int64_t*, int64_t, void* const*, void**, int64_t*);
DECLARE(ft_image_decode, const uint8_t*, int64_t, int32_t, void**);
DECLARE(ft_image_encode, void*, const char*, int32_t, void**);
DECLARE(ft_tensor_save, void*, const char*);
DECLARE(ft_tensor_load, const char*, void**);

static int failures = 0;

static void good(const char* error) {
    if (error != nullptr && ++failures) std::printf("unexpected: %s\n", error);
}

static void bad(const char* error) {
    if (error == nullptr && ++failures) std::printf("an error was expected\n");
    else if (error != nullptr && std::strstr(error, "Exception raised from") && ++failures) std::printf("a backtrace: %s\n", error);
}

static Value number(int64_t value) { Value v{}; v.kind = Kind::Long; v.number = value; return v; }
static Value of(void* tensor) { Value v{}; v.kind = Kind::Tensor; v.object = tensor; return v; }
static Value list(const int64_t* longs, int64_t length) { Value v{}; v.kind = Kind::LongList; v.longs = longs; v.length = length; return v; }

static void* call(const char* name, std::initializer_list<Value> arguments) {
    void* op;
    good(ft_operator_find(name, &op));
    Value result{};
    int64_t count = 1;
    good(ft_operator_call(op, arguments.begin(), static_cast<int64_t>(arguments.size()), &result, &count));
    return result.object;
}

static void operators(void* ones) {
    void* op;
    bad(ft_operator_find("no_such_operator", &op));
    good(ft_operator_find("add.Tensor", &op));
    Value result{};
    int64_t count = 1;
    bad(ft_operator_call(op, nullptr, 0, &result, &count));
    Value wrong[] = {of(ones), number(1), number(1), number(1), number(1)};
    count = 1;
    bad(ft_operator_call(op, wrong, 5, &result, &count));

    int64_t sizes[] = {1, 1};
    void* split;
    good(ft_operator_find("split_with_sizes", &split));
    Value arguments[] = {of(ones), list(sizes, 2), number(0)};
    count = 1;
    good(ft_operator_call(split, arguments, 3, &result, &count));
    for (int64_t i = 0; i < result.length; ++i) ft_tensor_release(result.objects[i]);
    std::free(const_cast<void**>(result.objects));
}

static void autograd(void* ones) {
    TensorInfo info;
    good(ft_tensor_info(ones, &info));
    if (info.elements != 6 || info.sizes[1] != 3) ++failures;
    bad(ft_backward(&ones, 1, nullptr, 0, false, false, nullptr, 0));

    void* leaf = call("clone", {of(ones)});
    good(ft_tensor_set_requires_grad(leaf, true));
    void* total = call("sum", {of(leaf)});
    void* gradient = nullptr;
    good(ft_grad(&total, 1, &leaf, 1, nullptr, 0, true, false, false, &gradient));
    ft_tensor_release(gradient);
    good(ft_backward(&total, 1, nullptr, 0, false, false, nullptr, 0));
    good(ft_tensor_grad(leaf, &gradient));
    good(ft_tensor_set_grad(leaf, nullptr));
    good(ft_tensor_set_grad(leaf, gradient));
    ft_tensor_release(gradient);
    ft_tensor_release(total);

    for (int32_t algorithm = 0; algorithm < 5; ++algorithm) {
        double options[8] = {0.1, 0.9, 0.9, 1e-8, 0.01, 0, 0, 0};
        int64_t size = 1, step = 0;
        void* state[3];
        for (void*& slot : state) slot = call("zeros_like", {of(ones)});
        good(ft_optimizer_step(algorithm, options, &size, 1, &leaf, state, &step));
        for (void* slot : state) ft_tensor_release(slot);
    }
    good(ft_tensor_set_data(leaf, ones));
    ft_tensor_release(leaf);
}

static void generators() {
    void* shared = ft_generator_default();
    ft_generator_release(shared);
    void* generator = ft_generator_new(7);
    uint64_t seed;
    void* state;
    good(ft_generator_set_seed(generator, 3));
    good(ft_generator_initial_seed(generator, &seed));
    good(ft_generator_state(generator, &state));
    good(ft_generator_set_state(generator, state));
    good(ft_generator_seed(generator, &seed));
    ft_tensor_release(state);
    ft_generator_release(generator);
}

static void files(void* ones, const char* path) {
    int64_t shape[] = {3, 8, 8};
    void* floats = call("ones", {list(shape, 3)});
    void* picture = call("to.dtype", {of(floats), number(0)});
    ft_tensor_release(floats);
    void* encoded;
    for (const char* extension : {".png", ".jpg"}) {
        good(ft_image_encode(picture, extension, 75, &encoded));
        TensorInfo info;
        good(ft_tensor_info(encoded, &info));
        auto bytes = static_cast<const uint8_t*>(info.data);
        for (int32_t mode = 0; mode < 5; ++mode) {
            void* decoded;
            good(ft_image_decode(bytes, info.elements, mode, &decoded));
            ft_tensor_release(decoded);
        }
        for (int64_t length = 0; length < info.elements; length += 7) {
            // A copy of its own, so that a read past the end is seen.
            std::vector<uint8_t> cut(bytes, bytes + length);
            void* decoded = nullptr;
            ft_image_decode(cut.data(), length, 3, &decoded);
            if (decoded != nullptr) ft_tensor_release(decoded);
        }
        ft_tensor_release(encoded);
    }
    bad(ft_image_encode(ones, ".png", 75, &encoded));
    ft_tensor_release(picture);

    void* loaded;
    good(ft_tensor_save(ones, path));
    good(ft_tensor_load(path, &loaded));
    ft_tensor_release(loaded);
    bad(ft_tensor_load("/no/such/file", &loaded));
}

int main(int, char** arguments) {
    int64_t shape[] = {2, 3};
    void* ones = call("ones", {list(shape, 2)});
    operators(ones);
    autograd(ones);
    generators();
    files(ones, arguments[1]);
    ft_tensor_release(ones);

    ft_set_grad_mode(false);
    if (ft_grad_mode()) ++failures;
    good(ft_set_threads(2));
    good(ft_set_interop_threads(1));
    if (ft_threads() != 2 || ft_interop_threads() != 1) ++failures;
    return failures;
}
