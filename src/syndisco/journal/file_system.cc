#include "syndisco/journal/file_system.h"

#include <fcntl.h>
#include <unistd.h>

#include "syndisco/base/descriptor.h"

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include <algorithm>
#include <array>

namespace syndisco {
namespace {

constexpr std::array<std::uint64_t, 15> kNetworkFileSystems = {
    0x00006969,  // NFS
    0x0000517B,  // SMB
    0xFE534D42,  // SMB 2
    0xFF534D42,  // CIFS
    0x0BD00BD0,  // Lustre
    0x47504653,  // GPFS
    0x19830326,  // BeeGFS
    0x00C36400,  // Ceph
    0x65735546,  // FUSE: sshfs, glusterfs, s3fs ...
    0x01021997,  // 9p: folders of a host seen from its virtual machine
    0x5346414F,  // AFS
    0x6B414653,  // AFS of the kernel
    0x7461636F,  // OCFS2
    0x20030528,  // OrangeFS
    0x786F4256,  // folders of a VirtualBox host
};

}  // namespace

bool is_network_file_system(std::uint64_t type) {
  return std::find(kNetworkFileSystems.begin(), kNetworkFileSystems.end(), type) !=
         kNetworkFileSystems.end();
}

bool is_on_network_file_system([[maybe_unused]] const std::filesystem::path& path) {
#ifdef __linux__
  struct statfs status{};
  if (::statfs(path.c_str(), &status) == 0) {
    // Some kernels sign-extend the 32 bits of the magic number.
    return is_network_file_system(static_cast<std::uint32_t>(status.f_type));
  }
#endif
  return false;
}

void sync_directory(const std::filesystem::path& directory) {
  const Descriptor descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor) ::fsync(descriptor.number());
}

}  // namespace syndisco
