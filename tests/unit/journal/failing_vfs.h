#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <stdexcept>

namespace syndisco::testing {

/// How the disk fails.
enum class Fault {
  kWriteError,  ///< a write is refused
  kShortWrite,  ///< half of it is written, then it is refused
  kFull,        ///< half of it is written, then the disk is full
  kSyncError,   ///< fsync fails
};

/// While it lives, all databases of the process go through a layer over the system's own VFS that
/// lets the Nth write or fsync fail, and, if asked to, all that follow. One at a time.
class FailingVfs {
 public:
  FailingVfs() {
    base() = sqlite3_vfs_find(nullptr);
    vfs_ = *base();
    vfs_.zName = "failing";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + base()->szOsFile;
    vfs_.xOpen = open;
    if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("no VFS");
  }
  ~FailingVfs() { sqlite3_vfs_unregister(&vfs_); }
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  /// From now on the `nth` operation (from 1) of that kind fails, and with `lasting` all after it.
  static void fail(Fault fault, int nth, bool lasting) {
    state().fault = fault;
    state().lasting = lasting;
    state().struck = false;
    state().left = nth;
  }
  /// No more faults. Whether there was one since `fail`.
  static bool heal() {
    state().left = 0;
    state().lasting = false;
    return state().struck;
  }

 private:
  struct State {
    std::atomic<Fault> fault = Fault::kWriteError;
    std::atomic<bool> lasting = false;
    std::atomic<bool> struck = false;
    std::atomic<int> left = 0;
  };
  static State& state() {
    static State state;
    return state;
  }
  static sqlite3_vfs*& base() {
    static sqlite3_vfs* base = nullptr;
    return base;
  }

  struct File {
    sqlite3_file base;  // what SQLite sees; the system's own file follows
    sqlite3_io_methods methods;
  };
  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
  }

  // Whether this operation is one that fails.
  static bool strikes(bool sync) {
    State& now = state();
    if ((now.fault == Fault::kSyncError) != sync) return false;
    if (now.left > 0 && --now.left == 0)
      now.struck = true;
    else if (!(now.struck && now.lasting))
      return false;
    return true;
  }

  static int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    std::memset(file, 0, sizeof(File));
    const int code = base()->xOpen(base(), name, real(file), flags, out);
    if (code != SQLITE_OK || real(file)->pMethods == nullptr) return code;
    auto* mine = reinterpret_cast<File*>(file);
    mine->methods = *real(file)->pMethods;  // keeps the version; unset methods stay unset
    sqlite3_io_methods& m = mine->methods;
    m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), to, n, at);
    };
    m.xWrite = write;
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      return real(f)->pMethods->xTruncate(real(f), size);
    };
    m.xSync = [](sqlite3_file* f, int how) {
      if (strikes(true)) return SQLITE_IOERR_FSYNC;
      return real(f)->pMethods->xSync(real(f), how);
    };
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return real(f)->pMethods->xFileSize(real(f), size);
    };
    m.xLock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xLock(real(f), l); };
    m.xUnlock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xUnlock(real(f), l); };
    m.xCheckReservedLock = [](sqlite3_file* f, int* result) {
      return real(f)->pMethods->xCheckReservedLock(real(f), result);
    };
    m.xFileControl = [](sqlite3_file* f, int what, void* with) {
      return real(f)->pMethods->xFileControl(real(f), what, with);
    };
    m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    if (m.iVersion >= 2) {
      m.xShmMap = [](sqlite3_file* f, int region, int size, int extend, void volatile** to) {
        return real(f)->pMethods->xShmMap(real(f), region, size, extend, to);
      };
      m.xShmLock = [](sqlite3_file* f, int offset, int n, int how) {
        return real(f)->pMethods->xShmLock(real(f), offset, n, how);
      };
      m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
      m.xShmUnmap = [](sqlite3_file* f, int remove) {
        return real(f)->pMethods->xShmUnmap(real(f), remove);
      };
    }
    if (m.iVersion >= 3) {
      m.xFetch = [](sqlite3_file* f, sqlite3_int64 at, int n, void** to) {
        return real(f)->pMethods->xFetch(real(f), at, n, to);
      };
      m.xUnfetch = [](sqlite3_file* f, sqlite3_int64 at, void* from) {
        return real(f)->pMethods->xUnfetch(real(f), at, from);
      };
    }
    file->pMethods = &m;
    return SQLITE_OK;
  }

  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    if (!strikes(false)) return real(file)->pMethods->xWrite(real(file), from, size, at);
    const Fault fault = state().fault;
    if (fault != Fault::kWriteError && size > 1)
      real(file)->pMethods->xWrite(real(file), from, size / 2, at);
    return fault == Fault::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }

  sqlite3_vfs vfs_{};
};

}  // namespace syndisco::testing
