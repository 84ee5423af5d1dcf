// Where large tensors live: what a step has freed serves the next one, and still hardly more pages are kept than were ever in
// use at a time.
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

namespace {

const size_t page = size_t(sysconf(_SC_PAGESIZE));

// Blocks that all start on a page compete for the same lines of the caches, so each starts some lines further on.
constexpr size_t line = 64, starts = 64;

// Below, the C library does well. Above, a block goes back to the system when it is freed, as it is hardly one of many.
constexpr size_t smallest = 64 << 10, largest = 128 << 20;

// Blocks out of one range of addresses. A heap cannot give back the holes between what lives long, and a step leaves holes of
// all sizes: ResNet-18 at 224×224 took half as much again as it ever used at a time. Giving each block back costs a tenth of
// a step, as the system hands out every page anew. Here a hole serves whatever fits, and only where pages would become an eighth
// more than were ever in use at a time, others that nobody uses go back: without that eighth some would at every step, which makes
// it a seventh slower.
class Blocks {
public:
    bool reserve() {
        count = 2 * size_t(sysconf(_SC_PHYS_PAGES));
        base = static_cast<char*>(map(count * page));
        resident = static_cast<uint8_t*>(map(count));
        lengths = static_cast<uint32_t*>(map(count * sizeof(uint32_t)));
        if (base == nullptr || resident == nullptr || lengths == nullptr) return false;
        insert(0, {count, 0});
        return true;
    }

    bool has(const void* data) const { return data >= base && data < base + count * page; }

    // Null where no hole is large enough.
    void* take(size_t bytes) {
        std::lock_guard<std::mutex> lock(gate);
        size_t length = (bytes + (starts - 1) * line + page - 1) / page;
        auto hole = find(length);
        if (hole == holes.end()) return nullptr;
        auto [first, all] = *hole;
        erase(hole);

        // At the end that has more pages already.
        size_t start = residentIn(first, length) >= residentIn(first + all.length - length, length) ? first : first + all.length - length;
        size_t here = residentIn(start, length);
        if (all.length > length) insert(start == first ? first + length : first, {all.length - length, all.resident - here});
        std::memset(resident + start, 1, length);
        lengths[start] = uint32_t(length);
        unused -= here;
        used += length;
        most = std::max(most, used);
        if (used + unused > most + most / 8) giveBack(used + unused - most);
        return base + start * page + line * (taken++ % starts);
    }

    void free(void* data) {
        std::lock_guard<std::mutex> lock(gate);
        size_t first = size_t(static_cast<char*>(data) - base) / page;
        Hole hole{lengths[first], lengths[first]};
        used -= hole.length;
        unused += hole.length;
        auto next = holes.lower_bound(first);
        if (next != holes.end() && next->first == first + hole.length) {
            hole.length += next->second.length, hole.resident += next->second.resident;
            next = erase(next);
        }
        if (next != holes.begin()) {
            auto before = std::prev(next);
            if (before->first + before->second.length == first) {
                first = before->first, hole.length += before->second.length, hole.resident += before->second.resident;
                erase(before);
            }
        }
        insert(first, hole);
    }

private:
    struct Hole {
        size_t length, resident;
    };
    using Holes = std::map<size_t, Hole>;

    static void* map(size_t bytes) {
        void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return memory == MAP_FAILED ? nullptr : memory;
    }

    void insert(size_t first, Hole hole) {
        holes.emplace(first, hole);
        bySize.emplace(hole.length, first);
    }

    Holes::iterator erase(Holes::iterator hole) {
        bySize.erase({hole->second.length, hole->first});
        return holes.erase(hole);
    }

    // The smallest hole whose pages are all there, else the one with the most of them.
    Holes::iterator find(size_t length) {
        auto best = holes.end();
        for (auto fitting = bySize.lower_bound({length, 0}); fitting != bySize.end(); ++fitting) {
            auto hole = holes.find(fitting->second);
            if (hole->second.resident == hole->second.length) return hole;
            if (best == holes.end() || std::min(hole->second.resident, length) > best->second.resident) best = hole;
        }
        return best;
    }

    size_t residentIn(size_t first, size_t length) const { return size_t(std::count(resident + first, resident + first + length, 1)); }

    // From the highest address down, so that what is kept lies close together.
    void giveBack(size_t pages) {
        for (auto hole = holes.rbegin(); pages > 0 && hole != holes.rend(); ++hole) {
            size_t first = hole->first, end = first + hole->second.length;
            if (hole->second.resident == 0) continue;
            while (hole->second.resident > 0 && resident[end - 1] == 0) --end;
            size_t start = end, found = 0;
            while (start > first && found < pages) found += resident[--start];
            madvise(base + start * page, (end - start) * page, MADV_DONTNEED);
            std::memset(resident + start, 0, end - start);
            hole->second.resident -= found;
            unused -= found;
            pages -= found;
        }
    }

    std::mutex gate;
    char* base = nullptr;
    size_t count = 0;
    uint8_t* resident = nullptr;    // of each page, whether it was used since it went back last
    uint32_t* lengths = nullptr;    // of each block, at its first page
    Holes holes;                    // by their first page
    std::set<std::pair<size_t, size_t>> bySize;
    size_t taken = 0;
    size_t used = 0, unused = 0, most = 0;    // pages in blocks, resident pages in holes, the most that ever were in blocks
};

// Never destroyed: tensors outlive whatever ends first.
Blocks& blocks() {
    static Blocks* its = new Blocks;
    return *its;
}

struct Allocator final : c10::Allocator {
    static void release(void* data) {
        if (blocks().has(data))
            blocks().free(data);
        else
            c10::free_cpu(data);
    }

    c10::DataPtr allocate(size_t bytes) const override {
        void* data = bytes >= smallest && bytes <= largest ? blocks().take(bytes) : nullptr;
        if (data == nullptr) data = c10::alloc_cpu(bytes);
        return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
    }

    c10::DeleterFnPtr raw_deleter() const override { return &release; }
};

bool install() {
    const char* choice = std::getenv("FINETUNE_ALLOCATOR");
    if ((choice != nullptr && std::strcmp(choice, "system") == 0) || !blocks().reserve()) return false;
    c10::SetCPUAllocator(new Allocator);
    return true;
}

[[maybe_unused]] const bool isInstalled = install();

}  // namespace
