// Pictures in memory to tensors and back, by OpenCV's codecs. Tensors are uint8, channels first, RGB.
#include "abi.h"

#include <opencv2/imgcodecs.hpp>

#include <cstring>

namespace {

// The order is that of torchvision.io.ImageReadMode.
enum class ReadMode : int32_t { Unchanged, Gray, GrayAlpha, Rgb, RgbAlpha };

// libjpeg fills what is missing of a truncated file with grey and says nothing: look for the end of the scan.
bool isTruncatedJpeg(const uint8_t* data, int64_t length) {
    if (length < 4 || data[0] != 0xFF || data[1] != 0xD8) return false;
    int64_t at = 2;
    bool inScan = false;
    while (at + 1 < length) {
        if (data[at] != 0xFF) {
            if (!inScan) return false;    // no marker where one must stand: for the decoder to judge
            auto next = static_cast<const uint8_t*>(std::memchr(data + at, 0xFF, length - at));
            if (next == nullptr) return true;
            at = next - data;
            continue;
        }
        uint8_t marker = data[at + 1];
        if (marker == 0xD9) return false;
        bool stuffed = marker == 0x00 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD7);
        if (stuffed) {
            at += marker == 0xFF ? 1 : 2;
        } else {
            if (at + 3 >= length) return true;
            at += 2 + (data[at + 2] << 8 | data[at + 3]);
            inScan = inScan || marker == 0xDA;
        }
    }
    return true;
}

cv::Mat convert(const cv::Mat& image, ReadMode mode) {
    cv::Mat bytes = image;
    if (image.depth() == CV_16U) image.convertTo(bytes, CV_8U, 1.0 / 257);
    TORCH_CHECK(bytes.depth() == CV_8U, "the picture's samples are neither of 8 nor of 16 bits");
    int channels = bytes.channels();
    std::vector<cv::Mat> planes;
    cv::split(bytes, planes);
    if (mode == ReadMode::GrayAlpha && channels >= 3) {
        cv::Mat gray = planes[2] * 0.299 + planes[1] * 0.587 + planes[0] * 0.114;
        planes.erase(planes.begin(), planes.begin() + 3);
        planes.insert(planes.begin(), gray);
    } else if (mode == ReadMode::RgbAlpha && channels < 3) {
        planes.insert(planes.begin(), 2, planes[0]);
    }
    bool wantsAlpha = mode == ReadMode::GrayAlpha || mode == ReadMode::RgbAlpha;
    if (wantsAlpha && planes.size() % 2 == 1) planes.push_back(cv::Mat(bytes.size(), CV_8U, cv::Scalar(255)));
    cv::Mat merged;
    cv::merge(planes, merged);
    return merged;
}

at::Tensor toTensor(const cv::Mat& image) {
    int channels = image.channels();
    auto tensor = at::empty({channels, image.rows, image.cols}, at::kByte);
    std::vector<cv::Mat> planes;
    for (int i = 0; i < channels; ++i) {
        int plane = channels >= 3 && i < 3 ? 2 - i : i;    // BGR to RGB
        planes.emplace_back(image.rows, image.cols, CV_8U, tensor.data_ptr<uint8_t>() + plane * tensor.stride(0));
    }
    cv::split(image, planes.data());
    return tensor;
}

}  // namespace

EXPORT const char* ft_image_decode(const uint8_t* data, int64_t length, int32_t mode, void** result) {
    return guard([&] {
        auto wanted = static_cast<ReadMode>(mode);
        TORCH_CHECK(length > 0, "the picture is empty");
        TORCH_CHECK(!isTruncatedJpeg(data, length), "the picture is truncated");
        int flags = wanted == ReadMode::Gray ? cv::IMREAD_GRAYSCALE : wanted == ReadMode::Rgb ? cv::IMREAD_COLOR : cv::IMREAD_UNCHANGED;
        cv::Mat source(1, static_cast<int>(length), CV_8U, const_cast<uint8_t*>(data));
        cv::Mat image;
        try {
            image = cv::imdecode(source, flags | cv::IMREAD_IGNORE_ORIENTATION * (flags != cv::IMREAD_UNCHANGED));
        } catch (const cv::Exception& error) {
            TORCH_CHECK(false, "the picture is damaged (", error.err, ")");
        }
        TORCH_CHECK(!image.empty(), "the picture is damaged, or of no known format");
        bool asRead = wanted == ReadMode::Gray || wanted == ReadMode::Rgb;
        *result = give(toTensor(asRead ? image : convert(image, wanted)));
    });
}

// `extension` names the format, with its dot; `quality` counts for JPEG and WebP.
EXPORT const char* ft_image_encode(void* handle, const char* extension, int32_t quality, void** result) {
    return guard([&] {
        auto tensor = borrow(handle).contiguous();
        TORCH_CHECK(tensor.scalar_type() == at::kByte, "a picture to encode must be of dtype uint8");
        TORCH_CHECK(tensor.dim() == 3 && (tensor.size(0) == 1 || tensor.size(0) == 3 || tensor.size(0) == 4) && tensor.numel() > 0,
                    "a picture to encode must have shape [1, 3 or 4 channels, height, width], not ", tensor.sizes());
        int channels = static_cast<int>(tensor.size(0)), rows = static_cast<int>(tensor.size(1)), columns = static_cast<int>(tensor.size(2));
        std::vector<cv::Mat> planes;
        for (int i = 0; i < channels; ++i) {
            int plane = channels >= 3 && i < 3 ? 2 - i : i;
            planes.emplace_back(rows, columns, CV_8U, tensor.data_ptr<uint8_t>() + plane * tensor.stride(0));
        }
        cv::Mat image;
        cv::merge(planes, image);
        std::vector<uint8_t> bytes;
        bool known = cv::imencode(extension, image, bytes, {cv::IMWRITE_JPEG_QUALITY, quality, cv::IMWRITE_WEBP_QUALITY, quality});
        TORCH_CHECK(known, "the picture cannot be encoded as ", extension);
        auto encoded = at::empty({static_cast<int64_t>(bytes.size())}, at::kByte);
        std::memcpy(encoded.data_ptr(), bytes.data(), bytes.size());
        *result = give(encoded);
    });
}
